"""Which of several nested ranges is the innermost one at each address, without a loop over rows."""

from __future__ import annotations

import numpy as np

from regiongate.geo import wide
from regiongate.geo.steps import NONE, Values
from regiongate.geo.wide import U64, Index


def innermost(
    first_hi: U64, first_lo: U64, last_hi: U64, last_lo: U64, values: Values
) -> tuple[U64, U64, Values]:
    """The boundaries of nested ranges, and the value of the innermost range from there on.

    Any two ranges are disjoint or one holds the other; all arrays have shape (n,), n > 0. Returns
    hi and lo (uint64[m], strictly ascending) and the values (int32[m]).

    The ranges are read as brackets, an opening and a closing one each. What holds after a closing
    bracket is the last bracket opened at the depth that it returns to, so a sort by depth and a
    running maximum do the work of a stack.
    """
    n = values.size
    end_hi, end_lo = wide.successor(last_hi, last_lo)
    hi, lo = np.concatenate([end_hi, first_hi]), np.concatenate([end_lo, first_lo])
    bracket = _order(hi, lo, last_hi, last_lo)
    opens = bracket >= n
    depth = np.cumsum(np.where(opens, 1, -1))
    by_depth = np.argsort(depth, kind="stable")
    opened = np.where(opens[by_depth], np.arange(bracket.size), 0)
    holding = np.empty(bracket.size, dtype=np.int64)
    holding[by_depth] = by_depth[np.maximum.accumulate(opened)]
    value = np.where(depth > 0, values[bracket[holding] - n], NONE).astype(np.int32)
    hi, lo = hi[bracket], lo[bracket]
    last_here = np.ones(value.size, dtype=np.bool_)
    last_here[:-1] = ~wide.equal(hi[1:], lo[1:], hi[:-1], lo[:-1])
    return hi[last_here], lo[last_here], value[last_here]


def _order(hi: U64, lo: U64, last_hi: U64, last_lo: U64) -> Index:
    """The order of the brackets: closing ones are numbered from 0, opening ones from n.

    At one address brackets close before others open, and wide ranges open before narrow ones.
    Which of several closes first does not matter, for only the depth that they leave counts. A
    range up to the last address of all never closes: its end wrapped to 0 and is left out.
    """
    n = last_hi.size
    opens = np.arange(2 * n) >= n
    zeros = np.zeros(n, dtype=np.uint64)
    narrow_hi = np.concatenate([zeros, ~last_hi])  # Descending ends, as ascending keys.
    narrow_lo = np.concatenate([zeros, ~last_lo])
    order = np.lexsort((narrow_lo, narrow_hi, opens, lo, hi))
    never = ~opens & (hi == 0) & (lo == 0)
    kept: Index = order[~never[order]]
    return kept
