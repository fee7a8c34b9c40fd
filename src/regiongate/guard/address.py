"""Whose request it is: the client's address, settled as the gateway settles it.

A trusted peer's `X-Forwarded-For` is read from the right, up to the first address that is no
trusted proxy's; of anybody else the header is not even looked at, unless a counted number of
proxies stands in front of everything. The rules are those of `compiler/envoy/connection.py` and
`forwarding.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from socket import AF_INET6, inet_ntop
from typing import NamedTuple

from regiongate.domain.address import BadAddress, IPAddress, IPNetwork, canonical

_SPACE = b" \t\n\r\x0b\x0c"
_MOST_PARTS = 20
"""Envoy reads no header with more."""

_REMEMBERED = 4096
_LONGEST = 64
"""Bytes of a part that is remembered: with blanks around it an address may be as long as it likes,
and a client must not fill the memory with them."""


class Unreadable(Exception):
    """A proxy passed on an address that cannot be read; the request is refused, never guessed."""


class Nobody(Exception):
    """The connection has no address, and nobody who counts has named one."""


class Settled(NamedTuple):
    """The client's address in its usual form, and whether the peer is a trusted proxy."""

    address: str
    trusted: bool


class Addresses:
    """Settles addresses for one choice of whom to believe."""

    def __init__(self, trusted: Sequence[IPNetwork], hops: int) -> None:
        self._trusted = tuple(trusted)
        self._hops = hops
        self._peer = lru_cache(_REMEMBERED)(self._read_peer)
        self._part = lru_cache(_REMEMBERED)(self._read_part)

    def settle(self, peer: str | None, forwarded: Sequence[bytes]) -> Settled:
        """The client behind a peer. Raises Unreadable and Nobody."""
        known = None if not peer else self._peer(peer)
        if known is not None and known.trusted:
            parts = _parts(forwarded)
            # Nearly always it is one.
            address = self._named(parts[0]).address if len(parts) == 1 else None
            return Settled(address or self._behind(known.address, parts), True)
        if self._hops:
            parts = _parts(forwarded)
            if len(parts) >= self._hops:
                return Settled(self._named(parts[-self._hops]).address, False)
        if known is None:
            raise Nobody
        return known

    def _behind(self, peer: str, parts: Sequence[bytes]) -> str:
        """The last address that is no trusted proxy's; all of them may be, then the first."""
        if len(parts) > _MOST_PARTS:
            raise Unreadable
        address = peer
        for part in reversed(parts):
            named = self._named(part)
            address = named.address
            if not named.trusted:
                break
        return address

    def _named(self, part: bytes) -> Settled:
        found = self._part(part) if len(part) <= _LONGEST else self._read_part(part)
        if found is None:
            raise Unreadable
        return found

    def _read_peer(self, text: str) -> Settled | None:
        try:
            # A socket for both families names an IPv4 peer so; Envoy takes it for IPv4, too.
            return self._told(_unmapped(ip_address(text)))
        except ValueError:
            return None

    def _read_part(self, part: bytes) -> Settled | None:
        try:
            text = part.strip(_SPACE).decode("ascii")
            canonical(text)
        except (UnicodeDecodeError, BadAddress):
            return None
        return self._told(ip_address(text))

    def _told(self, address: IPAddress) -> Settled:
        text = str(address) if address.version == 4 else inet_ntop(AF_INET6, address.packed)
        compared = _unmapped(address)
        return Settled(text, any(compared in network for network in self._trusted))


def _unmapped(address: IPAddress) -> IPAddress:
    """The IPv4 address that an IPv6 address of RFC 4291, section 2.5.5.2, carries, or itself."""
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _parts(forwarded: Sequence[bytes]) -> list[bytes]:
    """The parts of the header, several lines joined; none when it is absent or empty."""
    joined = forwarded[0] if len(forwarded) == 1 else b",".join(forwarded)
    return joined.split(b",") if joined.strip(_SPACE) else []
