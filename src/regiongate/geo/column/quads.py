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
    number = np.zeros(first.size, dtype=np.int64)
    dots = np.ones(first.size, dtype=np.bool_)
    for place in range(4):
        stop = end if place == 3 else cuts.at.take(first + place)
        # What is no octet is -1, and with it the number stays below zero.
        number <<= 8
        number |= octets(cuts.digits, stop, stop - begin)
        if place < 3:
            dots &= cuts.data.take(stop) == DOT
        begin = stop + 1
    return number.view(np.uint64), dots & (number >= 0)
