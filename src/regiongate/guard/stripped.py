"""Which headers of a client's request the API must not see: ours, however they are spelled."""

from __future__ import annotations

from functools import lru_cache

from regiongate.compiler.envoy import names

_OURS = names.PREFIX.replace("-", "_")


def spelled(name: str) -> str:
    """The one form of a header's name: CGI and WSGI make one variable of `-` and `_`."""
    return name.lower().replace("-", "_")


# Few names come again and again, and a client can make up as many as it likes.
@lru_cache(4096)
def is_ours(name: str, organization_header: str | None) -> bool:
    """Whether a header is to be removed; `organization_header` is one that is a client's word."""
    plain = spelled(name)
    if plain.startswith(_OURS):
        return True
    return organization_header is not None and plain == spelled(organization_header)
