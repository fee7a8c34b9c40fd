"""A request as a proxy tells of it: the proxy stands where the gateway would stand.

Its own peer is the last part of the `X-Forwarded-For` that it sends; what stands left of that is
what its peer has said. So the same is asked of the same two values as at the gateway.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from ipaddress import ip_address

from regiongate.guard.asked import Asked, Values
from regiongate.guard.request_id import readable

FORWARDED = "x-forwarded-for"

Lines = Mapping[str, Sequence[bytes]]
"""The values of each header by its lower-case name."""


def asked(lines: Lines, target: bytes) -> Asked | None:
    """The request for a target (path and query), or None where the proxy says no peer."""
    last = b",".join(lines.get(FORWARDED, ())).rpartition(b",")[2]
    text = last.strip().decode("latin-1")
    return _asked(lines, target, text) if text else None


def asked_by_envoy(lines: Lines, target: bytes, peer: str) -> Asked | None:
    """The same where Envoy says the peer as well, or None where it has not appended it.

    The last part would then be a client's word. For a peer on its own machine Envoy appends its own
    address instead (`use_remote_address`).
    """
    what = asked(lines, target)
    if what is None or (what.peer != peer and not _is_loopback(peer)):
        return None
    return what._replace(peer=peer)


def _is_loopback(text: str) -> bool:
    try:
        return ip_address(text).is_loopback
    except ValueError:
        return False


def _asked(lines: Lines, target: bytes, peer: str) -> Asked:
    joined = b",".join(lines.get(FORWARDED, ()))
    before, comma, _ = joined.rpartition(b",")
    path, _, query = target.decode("latin-1").partition("?")
    known = readable(lines.get("x-request-id", ()))
    return Asked(peer, path, _without_peer(lines, before, bool(comma)), query, known)


def _without_peer(lines: Lines, before: bytes, more: bool) -> Values:
    forwarded = [before] if more else []

    def values(name: str) -> list[bytes]:
        return forwarded if name == FORWARDED else list(lines.get(name, ()))

    return values
