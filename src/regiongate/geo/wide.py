"""128-bit numbers as two arrays of 64 bits: `hi` and `lo`, both uint64 and of one shape.

NumPy has no integer of 128 bits; these few functions are all that address work needs.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

U64 = npt.NDArray[np.uint64]
Index = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

MAX64 = (1 << 64) - 1


def split(numbers: list[int]) -> tuple[U64, U64]:
    """The two halves of Python integers below 2**128."""
    hi = np.fromiter((number >> 64 for number in numbers), dtype=np.uint64, count=len(numbers))
    lo = np.fromiter((number & MAX64 for number in numbers), dtype=np.uint64, count=len(numbers))
    return hi, lo


_HI_ONES, _LO_ONES = split([(1 << count) - 1 for count in range(129)])


def ones(count: Index) -> tuple[U64, U64]:
    """The numbers whose lowest `count` bits (0 to 128) are ones and the others zeros."""
    return _HI_ONES[count], _LO_ONES[count]


def less(a_hi: U64, a_lo: U64, b_hi: U64, b_lo: U64) -> Flags:
    """Where a < b."""
    below: Flags = (a_hi < b_hi) | ((a_hi == b_hi) & (a_lo < b_lo))
    return below


def equal(a_hi: U64, a_lo: U64, b_hi: U64, b_lo: U64) -> Flags:
    """Where a == b."""
    same: Flags = (a_hi == b_hi) & (a_lo == b_lo)
    return same


def successor(hi: U64, lo: U64) -> tuple[U64, U64]:
    """The numbers plus one; the greatest number wraps to zero."""
    next_lo = lo + np.uint64(1)
    return hi + (next_lo == 0), next_lo


def order(hi: U64, lo: U64) -> Index:
    """The stable permutation that sorts the numbers."""
    if bool(np.all(hi[1:] >= hi[:-1])) and not bool(np.any(less(hi[1:], lo[1:], hi[:-1], lo[:-1]))):
        return np.arange(hi.size)  # Most files are sorted already; looking is cheaper than sorting.
    return np.lexsort((lo, hi))


def search(hi: U64, lo: U64, at_hi: U64, at_lo: U64) -> Index:
    """For each number `at`, the index of the last element of the sorted (hi, lo) not above it.

    Shape of `at`; -1 where every element is above. IPv4 is one slice, searched on `lo`; the rest
    is searched on `hi`, and on `lo` only for those few before whose `lo` an element stands that
    has the same `hi`.
    """
    after = np.searchsorted(hi, at_hi, side="right")
    v4 = np.flatnonzero(at_hi == 0)
    after[v4] = np.searchsorted(
        lo[: np.searchsorted(hi, np.uint64(0), side="right")], at_lo[v4], side="right"
    )
    last = np.maximum(after - 1, 0)
    beyond = np.flatnonzero((hi[last] == at_hi) & (lo[last] > at_lo))
    if beyond.size:
        left = np.searchsorted(hi, at_hi[beyond], side="left")
        after[beyond] = _search_between(lo, at_lo[beyond], left, after[beyond])
    return after - 1


def _search_between(lo: U64, at: U64, left: Index, right: Index) -> Index:
    """The first index in [left, right) whose `lo` is above `at`, or `right`. All of shape (n,)."""
    for _ in range(int((right - left).max()).bit_length()):
        unsettled = left < right
        middle = np.minimum((left + right) >> 1, lo.size - 1)
        above = lo[middle] > at
        right = np.where(unsettled & above, middle, right)
        left = np.where(unsettled & ~above, middle + 1, left)
    return left
