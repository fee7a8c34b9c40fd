"""Which requests a logger hears of: those whose headers are ours, and those whose are the client's.

Envoy answers some requests before it removes our headers from them, such as one with a path that
cannot be normalized or without a host. What their headers say is the client's word.
"""

from __future__ import annotations

from regiongate.compiler.envoy.typed import Config, typed

_ROUTED = "xds.cluster_name != ''"
"""Holds for a request that has got as far as a route, and so past the removal of our headers."""
_UNROUTED = "!has(xds.cluster_name)"
"""Holds for all others: Envoy has no such attribute for them, and to compare it is an error."""


def routed(logger: Config) -> Config:
    """The logger, for the requests whose headers under our prefix are ours."""
    return logger | _filter("routed", _ROUTED)


def led_to(prefix: str, logger: Config, *, elsewhere: bool = False) -> Config:
    """The logger, for those of them that were led to a cluster so called, or `elsewhere`."""
    led = f"xds.cluster_name.startsWith('{prefix}')"
    return logger | _filter("led", f"{_ROUTED} && {'!' if elsewhere else ''}{led}")


def unrouted(logger: Config) -> Config:
    """The logger, for all others."""
    return logger | _filter("unrouted", _UNROUTED)


def _filter(name: str, expression: str) -> Config:
    message = "envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter"
    config = {"name": name, "typed_config": typed(message, expression=expression)}
    return {"filter": {"extension_filter": config}}
