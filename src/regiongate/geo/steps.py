"""A step function over the whole address space: the one shape in which geography is computed.

The space has 128 bits, IPv4 at ::/96 as in a MaxMind DB, so one pair of sorted arrays holds both
families and every operation is array work.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from regiongate.geo import wide
from regiongate.geo.wide import U64, Index

Values = npt.NDArray[np.int32]

NONE = -1
V4_END = 1 << 32
"""The first number of the address space that is no IPv4 address."""
_LARGEST_TABLE = 1 << 24


@dataclass(frozen=True, slots=True, eq=False)
class Steps:
    """A value for every address: `value[i]` holds from start `i` until start `i + 1`.

    `hi` and `lo` (uint64[n]) are the halves of the starts, strictly ascending, the first one 0;
    `value` (int32[n]) is an index into something the owner knows, -1 where there is none.
    Adjacent values differ, so equal functions have equal arrays.
    """

    hi: U64
    lo: U64
    value: Values

    def __len__(self) -> int:
        return self.value.size

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Steps):
            return NotImplemented
        return (
            np.array_equal(self.hi, other.hi)
            and np.array_equal(self.lo, other.lo)
            and np.array_equal(self.value, other.value)
        )

    __hash__ = None  # type: ignore[assignment]

    def lookup(self, address: int) -> int:
        """The value at an address given as a number (IPv4 below 2**32), -1 for none."""
        return int(self.lookup_many(*wide.split([address]))[0])

    def lookup_many(self, hi: U64, lo: U64) -> Values:
        """The values (int32[m]) at the addresses (uint64[m] each)."""
        return self.value[wide.search(self.hi, self.lo, hi, lo)]

    def first_rows(self) -> tuple[Values, Index]:
        """The values that occur (int32[m], ascending), and the first row of each (int64[m])."""
        first = np.full(int(self.value.max()) - NONE + 1, -1, dtype=np.int64)
        # Of several rows the one that is written last stays; a sort would take far longer.
        first[self.value[::-1] - NONE] = np.arange(len(self) - 1, -1, -1)
        used = np.flatnonzero(first >= 0)
        return (used + NONE).astype(np.int32), first[used]

    def remap(self, table: npt.NDArray[np.signedinteger]) -> Steps:
        """The steps with `table[value]` for each value; -1 stays -1."""
        padded = np.append(table, NONE).astype(np.int32)  # Index -1 finds the last: none.
        return from_starts(self.hi, self.lo, padded[self.value])


def from_starts(hi: U64, lo: U64, value: Values) -> Steps:
    """Steps from sorted starts, the first one 0; adjacent equal values become one step."""
    keep = np.ones(value.size, dtype=np.bool_)
    np.not_equal(value[1:], value[:-1], out=keep[1:])
    kept = np.flatnonzero(keep)  # Numbers pick several times faster than flags do.
    return Steps(hi[kept], lo[kept], value[kept])


def constant(value: int = NONE) -> Steps:
    """One value for every address."""
    zero = np.zeros(1, dtype=np.uint64)
    return Steps(zero, zero, np.array([value], dtype=np.int32))


def merge(layers: Sequence[Steps]) -> tuple[U64, U64, Values]:
    """All boundaries of the layers, and what each layer holds from there on.

    Returns hi and lo (uint64[n], strictly ascending, the first one 0) and the matrix (int32[n, k])
    with one column a layer, in the order given. Rows next to each other differ.
    """
    hi = np.concatenate([layer.hi for layer in layers])
    lo = np.concatenate([layer.lo for layer in layers])
    order = wide.order(hi, lo)
    hi, lo = hi[order], lo[order]
    first = np.ones(hi.size, dtype=np.bool_)  # Of the equal boundaries, the first one.
    first[1:] = ~wide.equal(hi[1:], lo[1:], hi[:-1], lo[:-1])
    row = np.empty(hi.size, dtype=np.int64)
    row[order] = np.cumsum(first) - 1
    matrix = np.empty((int(first.sum()), len(layers)), dtype=np.int32)
    done = 0
    for column, layer in enumerate(layers):
        starts_here = np.zeros(len(matrix), dtype=np.int64)
        starts_here[row[done : done + len(layer)]] = 1
        matrix[:, column] = layer.value[np.cumsum(starts_here) - 1]
        done += len(layer)
    return hi[first], lo[first], matrix


def distinct(matrix: Values) -> tuple[Values, Values]:
    """For each row (int32[n, k], -1 and above) the number of its combination; the combinations.

    Each row is packed into one integer, column by column. What is packed so far is numbered anew,
    without the gaps, whenever a table of all that is possible would grow too large: a table says
    which numbers occur several times faster than sorting does.
    """
    packed: Index = np.zeros(len(matrix), dtype=np.int64)
    possible = 1
    for column in matrix.T:
        size = int(column.max(initial=NONE)) + 2
        if possible * size > _LARGEST_TABLE:
            packed, possible = _numbered_anew(packed, possible)
        packed *= size
        packed += column
        packed += 1
        possible *= size
    index, count = _numbered_anew(packed, possible)
    first = np.empty(count, dtype=np.int64)
    # Of several rows the one that is written last stays.
    first[index[::-1]] = np.arange(index.size - 1, -1, -1)
    return index.astype(np.int32), matrix[first]


def _numbered_anew(numbers: Index, possible: int) -> tuple[Index, int]:
    """Numbers below `possible` in the same order without gaps, and how many different there are."""
    if possible > _LARGEST_TABLE:
        present, index = np.unique(numbers, return_inverse=True)
        return index, present.size
    occurs = np.zeros(possible, dtype=np.bool_)
    occurs[numbers] = True
    present = np.flatnonzero(occurs)
    table = np.empty(possible, dtype=np.int32)  # What does not occur is never read.
    table[present] = np.arange(present.size)
    return table.take(numbers).astype(np.int64), present.size


def overlay(base: Steps, patch: Steps) -> Steps:
    """The patch where it has a value, the base elsewhere."""
    hi, lo, matrix = merge([base, patch])
    below, above = matrix[:, 0], matrix[:, 1]
    return from_starts(hi, lo, np.where(above == NONE, below, above))


def address_count_v4(hi: U64, lo: U64) -> Index:
    """How many IPv4 addresses lie in each step (int64[n]), given the starts of the steps."""
    end = np.uint64(V4_END)
    start = np.where(hi == 0, np.minimum(lo, end), end).astype(np.int64)
    return np.diff(start, append=V4_END)
