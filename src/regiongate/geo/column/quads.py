"""Texts of IPv4 addresses: four octets in decimal digits, between dots."""

from __future__ import annotations

import numpy as np

from regiongate.geo.column.tokens import DOT, Cuts, octets
from regiongate.geo.wide import U64, Flags, Index


def quads(cuts: Cuts, begin: Index, first: Index, end: Index) -> tuple[U64, Flags]:
    """The numbers (uint64[k]) that k stretches of text say, and whether each is an IPv4 address.

    A stretch is the bytes from `begin` until `end`; its first separator is the one at
    `cuts.at[first]`, and it has three (int64[k] each).
    """
    number = np.zeros(first.size, dtype=np.uint64)
    valid = np.ones(first.size, dtype=np.bool_)
    for place in range(4):
        stop = end if place == 3 else cuts.at.take(first + place)
        octet, is_one = octets(cuts.digits, stop, stop - begin)
        number = number << np.uint64(8) | octet
        valid &= is_one
        if place < 3:
            valid &= cuts.data.take(stop) == DOT
        begin = stop + 1
    return number, valid
