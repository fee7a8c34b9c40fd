"""Which requests a logger hears of: those whose headers are ours, and those whose are the client's.

Envoy answers some requests before it removes our headers from them, such as one with a path that
cannot be normalized or without a host. What their headers say is the client's word.

Only CEL expressions know which is which, and they are dear. So the status is asked first: what
Envoy answers so early is an error, which is never a 2xx but for a caller of gRPC.
"""

from __future__ import annotations

from regiongate.compiler.envoy import condition
from regiongate.compiler.envoy.typed import Config

_ROUTED = "xds.cluster_name != ''"
"""Holds for a request that has got as far as a route, and so past the removal of our headers.

Every route of a public listener leads to a cluster for that (`slots.without`): of one that answers
by itself, Envoy has no such attribute.
"""
_UNROUTED = "!has(xds.cluster_name)"
"""Holds for all others: Envoy has no such attribute for them, and to compare it is an error."""


_FIRST_SUCCESS, _LAST_SUCCESS = 200, 299
_GRPC = {"string_match": {"prefix": "application/grpc"}}


def routed(logger: Config) -> Config:
    """The logger, for the requests whose headers under our prefix are ours."""
    return logger | {"filter": condition.either(_served(), condition.expression("routed", _ROUTED))}


def led_to(prefix: str, logger: Config, *, elsewhere: bool = False) -> Config:
    """The logger, for those of them that were led to a cluster so called, or `elsewhere`."""
    led = f"xds.cluster_name.startsWith('{prefix}')"
    whole = f"{_ROUTED} && {'!' if elsewhere else ''}{led}"
    return logger | {"filter": condition.expression("led", whole)}


def unrouted(logger: Config) -> Config:
    """The logger, for all others."""
    return logger | {
        "filter": condition.every(_not_served(), condition.expression("unrouted", _UNROUTED))
    }


def _served() -> Config:
    """Holds for a success that the caller sees as one: such a request has met its route."""
    other = condition.header(
        "content-type", **_GRPC, invert_match=True, treat_missing_header_as_empty=True
    )
    return condition.every(
        condition.status("GE", _FIRST_SUCCESS), condition.status("LE", _LAST_SUCCESS), other
    )


def _not_served() -> Config:
    """Holds for all others: there is no condition that turns another round."""
    grpc = condition.header("content-type", **_GRPC)
    return condition.either(
        condition.status("LE", _FIRST_SUCCESS - 1), condition.status("GE", _LAST_SUCCESS + 1), grpc
    )
