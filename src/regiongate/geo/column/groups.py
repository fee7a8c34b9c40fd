"""Texts of IPv6 addresses: their groups, where `::` stands, and an IPv4 address at the end.

Source: RFC 4291, section 2.2.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from regiongate.geo.column.quads import quads
from regiongate.geo.column.tokens import COLON, DOT, Cuts, Numbers, hexadecimals
from regiongate.geo.wide import U64, Flags, Index

_GROUPS = 8
_FEWEST_WITH_QUAD = 5
"""Separators, as in `::1.2.3.4`."""
_WIDTH = 12
"""Room for the groups of one text, which are 1 to 8, and for what lies outside of them."""


@dataclass(frozen=True, slots=True, eq=False)
class _Groups:
    """The groups of k texts, one text behind the other, t in all.

    Text `i` has the groups `start[i]` to `stop[i]` (int64[k], both included). `number` (uint16[t])
    is what a group says, `empty` (bool[t]) where it says nothing. `valid` (bool[k]) is whether all
    groups of a text are ones and stand between colons.
    """

    start: Index
    stop: Index
    number: Numbers
    empty: Flags
    valid: Flags


def v6(cuts: Cuts, rows: Index) -> tuple[U64, U64, Flags]:
    """The addresses that the texts of these rows, with 2 to 10 separators each, say.

    Returns hi and lo (uint64[k]) and whether the text is one (bool[k]); the rest is noise.
    """
    groups = _groups(cuts, rows)
    places, placed = _places(groups)
    spread = np.zeros(rows.size * _WIDTH, dtype=np.uint16)
    spread[places] = groups.number
    # From right to left, as the bytes of a number lie in memory.
    halves = np.ascontiguousarray(spread.reshape(-1, _WIDTH)[:, _GROUPS:0:-1], dtype="<u2")
    lo, hi = halves.view("<u8").astype(np.uint64).T
    return hi, lo, groups.valid & placed


def _groups(cuts: Cuts, rows: Index) -> _Groups:
    first, behind, row_end = cuts.before[rows], cuts.before[rows + 1], cuts.offsets[rows + 1]
    quad = cuts.data[cuts.at[behind - 1]] == DOT
    valid = ~quad | (behind - first >= _FEWEST_WITH_QUAD)
    # An IPv4 address at the end stands for two groups: of its four pieces two are kept.
    quad &= valid
    kept = behind - first + 1 - 2 * quad
    start = np.cumsum(kept) - kept
    stop = start + kept - 1
    # Behind each piece but the last stands a separator. The last one's is another text's: unread.
    end = cuts.at.take(np.arange(int(kept.sum())) + np.repeat(first - start, kept), mode="clip")
    between = cuts.data.take(end) == COLON
    between[stop] = True
    begin = np.empty_like(end)
    begin[1:] = end[:-1] + 1
    begin[start] = cuts.offsets[rows]
    end[stop] = row_end
    length = end - begin
    number, fine = hexadecimals(cuts.digits, end, length)
    if quad.any():
        at = stop[quad]
        carried, is_one = quads(cuts, begin[at - 1], behind[quad] - 3, row_end[quad])
        number[at - 1], number[at] = carried >> np.uint64(16), carried & np.uint64(0xFFFF)
        fine[at - 1] = fine[at] = is_one
        between[at - 1] = True
    valid &= np.logical_and.reduceat(fine & between, start)
    return _Groups(start, stop, number, length == 0, valid)


def _places(groups: _Groups) -> tuple[Index, Flags]:
    """Where each group belongs (int64[t], `_WIDTH` for each text), and which texts have eight.

    Before `::` groups count from the left, behind it from the right. A text that begins or ends
    with `::` has two empty groups there; the outer one is no group and lands outside of them.
    """
    start, stop, empty = groups.start, groups.stop, groups.empty
    leads = empty[start] & empty[start + 1]
    trails = empty[stop] & empty[stop - 1]
    lone = (empty[start] & ~leads) | (empty[stop] & ~trails)
    gap = empty.copy()
    gap[start] = gap[stop] = False
    found = np.flatnonzero(gap)
    row = np.searchsorted(stop, found)
    gaps = np.bincount(row, minlength=start.size)
    inner = stop - start + 1 - leads - trails
    placed = np.where(gaps == 1, inner <= _GROUPS, (gaps == 0) & (inner == _GROUPS)) & ~lone
    at = np.full(start.size, empty.size)
    at[row] = found
    size = stop - start + 1
    order = np.arange(empty.size)
    places = order + np.repeat(np.arange(start.size) * _WIDTH + 1 - leads - start, size)
    jump = np.where(placed, _GROUPS - inner, 0)
    places += np.repeat(jump, size) * (order > np.repeat(at, size))
    return places, placed
