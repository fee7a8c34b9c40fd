"""IPv6 addresses that carry IPv4, folded: `domain.address.fold` for arrays."""

from __future__ import annotations

from ipaddress import IPv6Network

import numpy as np

from regiongate.domain.address import V4_EMBEDDINGS
from regiongate.geo.wide import MAX64, U64, Flags


def fold(hi: U64, lo: U64) -> tuple[U64, U64]:
    """The IPv4 address that each IPv6 address carries, or the address itself (uint64[n] each)."""
    for network, shift in V4_EMBEDDINGS:
        # The unspecified address and loopback lie in ::/96 and carry nothing; as numbers they
        # are what they would be folded to.
        carries = _inside(network, hi, lo)
        if carries.any():
            carried = _shifted(hi, lo, shift) & np.uint64(0xFFFFFFFF)
            lo = np.where(carries, carried, lo)
            hi = np.where(carries, np.uint64(0), hi)
    return hi, lo


def _inside(network: IPv6Network, hi: U64, lo: U64) -> Flags:
    first, mask = int(network.network_address), int(network.netmask)
    in_hi = hi & np.uint64(mask >> 64) == np.uint64(first >> 64)
    in_lo = lo & np.uint64(mask & MAX64) == np.uint64(first & MAX64)
    inside: Flags = in_hi & in_lo
    return inside


def _shifted(hi: U64, lo: U64, bits: int) -> U64:
    """The lower halves of the numbers moved right."""
    if bits >= 64:
        return hi >> np.uint64(bits - 64)
    return lo >> np.uint64(bits) | (hi << np.uint64(64 - bits) if bits else np.uint64(0))
