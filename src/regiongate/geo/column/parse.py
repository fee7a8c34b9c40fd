"""Texts as canonical addresses: what `domain.address.canonical` says of each, for all of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from regiongate.geo.column.fold import fold
from regiongate.geo.column.groups import v6
from regiongate.geo.column.quads import quads
from regiongate.geo.column.texts import Texts
from regiongate.geo.column.tokens import DOT, Cuts, cut
from regiongate.geo.wide import U64, Flags, Index

_FEWEST_V6, _MOST_V6 = 2, 10
"""How many separators an IPv6 address has, as in `::` and `::2:3:4:5:6:1.2.3.4`."""


@dataclass(frozen=True, slots=True, eq=False)
class Addresses:
    """Canonical addresses: `hi` and `lo` (uint64[n]), 0 where `valid` (bool[n]) says there is none.

    IPv4 lies below 2**32, as in a MaxMind DB.
    """

    hi: U64
    lo: U64
    valid: Flags

    def __len__(self) -> int:
        return self.valid.size


def parse(texts: Texts) -> Addresses:
    """The canonical address of each text; a row without one is not valid, and never guessed.

    Some tens of thousands of texts at a time are fastest: all arrays between then stay in the
    processor's caches.
    """
    offsets = texts.offsets.astype(np.int64)
    begin = int(offsets[0])
    cuts = cut(texts.data[begin : int(offsets[-1])], offsets - begin)
    hi, lo = (np.zeros(len(texts), dtype=np.uint64) for _ in range(2))
    valid = np.zeros(len(texts), dtype=np.bool_)
    rows, others = _families(cuts, texts.missing)
    if rows.size:
        ends = cuts.offsets[rows], cuts.before[rows], cuts.offsets[rows + 1]
        number, is_one = quads(cuts, *ends)
        valid[rows], lo[rows] = is_one, np.where(is_one, number, np.uint64(0))
    if others.size:
        number_hi, number_lo, is_one = v6(cuts, others)
        number_hi, number_lo = fold(number_hi, number_lo)
        valid[others] = is_one
        hi[others] = np.where(is_one, number_hi, np.uint64(0))
        lo[others] = np.where(is_one, number_lo, np.uint64(0))
    return Addresses(hi, lo, valid)


def _families(cuts: Cuts, missing: Flags) -> tuple[Index, Index]:
    """The rows that can only be IPv4, and those that can only be IPv6, by their separators."""
    if not cuts.at.size:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    count = np.diff(cuts.before)
    dot = cuts.data.take(cuts.at.take(cuts.before[:-1], mode="clip")) == DOT
    v4 = dot & (count == 3) & ~missing
    v6 = ~dot & (count >= _FEWEST_V6) & (count <= _MOST_V6) & ~missing
    return np.flatnonzero(v4), np.flatnonzero(v6)
