"""A search tree built from steps level by level, each level as array work.

A node is a prefix, the step that holds its first address and the step that holds its last one.
Where both are one step, the whole prefix has one value and the branch ends in a leaf.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from regiongate.geo import wide
from regiongate.geo.mmdb.walk import BITS, V4_DEPTH, Nodes
from regiongate.geo.steps import Steps
from regiongate.geo.wide import U64, Index

Scalar = TypeVar("Scalar", bound=np.generic)


@dataclass(frozen=True, slots=True)
class Tree:
    """Nodes in breadth-first order: `children` (int64[nodes, 2]).

    A child is a node number, or `~step` (negative) for a leaf with the value of that step.
    `v4_root` is the node of ::/96, -1 when the branch ends before it.
    """

    children: Nodes
    v4_root: int


@dataclass(frozen=True, slots=True)
class _Level:
    """The nodes of one depth in address order; all of shape (n,).

    `hi` and `lo` are the prefix, `first` and `last` the steps at its two ends.
    """

    hi: U64
    lo: U64
    first: Index
    last: Index


def build(steps: Steps) -> Tree:
    """The smallest tree with a leaf for each step; the root is a node even when that is all."""
    zero = np.zeros(1, dtype=np.uint64)
    level = _Level(zero, zero, np.zeros(1, dtype=np.int64), np.array([len(steps) - 1]))
    levels = []
    node_count = 1
    v4_root = -1
    for depth in range(BITS):
        if depth == V4_DEPTH and level.hi.size and level.hi[0] == 0 and level.lo[0] == 0:
            v4_root = node_count - level.hi.size
        halves = _halves(steps, level, depth)
        inner = halves.first != halves.last
        number = node_count + np.cumsum(inner) - 1
        levels.append(np.where(inner, number, ~halves.first))
        node_count += int(inner.sum())
        at = np.flatnonzero(inner)
        level = _Level(halves.hi[at], halves.lo[at], halves.first[at], halves.last[at])
        if not level.hi.size:
            break
    return Tree(np.concatenate(levels).reshape(-1, 2), v4_root)


def _halves(steps: Steps, level: _Level, depth: int) -> _Level:
    """The left and right halves of each node, alternating: a level of twice the size."""
    bit = np.uint64(1 << (BITS - 1 - depth) % 64)
    if depth < 64:
        middle_hi, middle_lo = level.hi | bit, level.lo
        above = np.searchsorted(steps.hi, middle_hi, side="left")
    else:
        middle_hi, middle_lo = level.hi, level.lo | bit
        above = _first_not_below(steps, level, middle_lo)
    at = np.minimum(above, len(steps) - 1)
    starts_there = (above == at) & wide.equal(steps.hi[at], steps.lo[at], middle_hi, middle_lo)
    return _Level(
        _alternate(level.hi, middle_hi),
        _alternate(level.lo, middle_lo),
        _alternate(level.first, np.where(starts_there, above, above - 1)),
        _alternate(above - 1, level.last),
    )


def _first_not_below(steps: Steps, level: _Level, middle_lo: U64) -> Index:
    """The first step that starts at or above each middle, all in one `hi` with their node."""
    v4_steps = int(np.searchsorted(steps.hi, np.uint64(0), side="right"))
    v4_nodes = int(np.searchsorted(level.hi, np.uint64(0), side="right"))
    in_v4 = np.searchsorted(steps.lo[:v4_steps], middle_lo[:v4_nodes], side="left")
    # Elsewhere steps as narrow as this are few: halve the span between the ends of the node.
    left, right = level.first[v4_nodes:] + 1, level.last[v4_nodes:] + 1
    middle_lo = middle_lo[v4_nodes:]
    for _ in range(int((right - left).max(initial=0)).bit_length()):
        middle = np.minimum((left + right) >> 1, len(steps) - 1)
        below = (left < right) & (steps.lo[middle] < middle_lo)
        left = np.where(below, middle + 1, left)
        right = np.where(below, right, np.minimum(right, middle))
    return np.concatenate([in_v4, left])


def _alternate(left: npt.NDArray[Scalar], right: npt.NDArray[Scalar]) -> npt.NDArray[Scalar]:
    return np.stack([left, right], axis=1).ravel()
