"""Which headers of a client's request the API must not see: ours, however they are spelled."""

from __future__ import annotations

from functools import lru_cache

from regiongate.compiler.envoy import names

_OURS = names.PREFIX.replace("-", "_")
_LONGEST = 64
"""Letters of a name that is remembered: few come again and again, and a client can make up as many
as it likes, each as long as a server takes it."""


def spelled(name: str) -> str:
    """The one form of a header's name: CGI and WSGI make one variable of `-` and `_`."""
    return name.lower().replace("-", "_")


def is_ours(name: str, organization_header: str | None) -> bool:
    """Whether a header is to be removed; `organization_header` is one that is a client's word."""
    ours = _ours if len(name) <= _LONGEST else _ours.__wrapped__
    return ours(name, organization_header)


def is_replaced(name: bytes, organization_header: str | None) -> bool:
    """The same of a name as ASGI has it, and whether it is the id that we name ourselves."""
    replaced = _replaced if len(name) <= _LONGEST else _replaced.__wrapped__
    return replaced(name, organization_header)


@lru_cache(4096)
def _ours(name: str, organization_header: str | None) -> bool:
    plain = spelled(name)
    if plain.startswith(_OURS):
        return True
    return organization_header is not None and plain == spelled(organization_header)


@lru_cache(4096)
def _replaced(name: bytes, organization_header: str | None) -> bool:
    return name == b"x-request-id" or is_ours(name.decode("latin-1"), organization_header)
