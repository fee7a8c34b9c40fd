"""A search tree walked level by level: each step takes all nodes of one depth at once.

It goes down to find the nodes, up to count the leaves below each, and down again: then it is
known at which place among all leaves those of a node begin, and nothing is left to sort.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from regiongate.geo.mmdb.errors import MmdbError
from regiongate.geo.mmdb.records import Records
from regiongate.geo.wide import U64, Index

BITS = 128
HALF = 64
V4_DEPTH = 96
VISITS_PER_NODE = 4
FREE_VISITS = 1 << 20
"""A tree may share equal branches; more visits than this only a circle or an attack makes."""

_MOST_VISITS = (1 << 32) - 2
"""So many nodes have no more leaves than 32 bits count."""

_NO_NODE = 1 << 32
"""A number that no record holds."""

Nodes = npt.NDArray[np.int64]
Found = npt.NDArray[np.uint32]
Counts = npt.NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class Leaves:
    """First addresses `hi` and `lo` (uint64[n]) and what the tree says there (uint32[n])."""

    hi: U64
    lo: U64
    record: Found


@dataclass(frozen=True, slots=True)
class Walked:
    """What a tree holds. `leaves` are sorted and cover its space without gap or overlap.

    `aliases` are the leaves that lead to the root of the IPv4 tree from elsewhere, such as
    2002::/16, sorted; their record is the length of their prefix. Among `leaves` they are leaves
    without data (the node count), for they say nothing new.
    """

    leaves: Leaves
    aliases: Leaves


@dataclass(frozen=True, slots=True)
class _Level:
    """The branches of the n nodes at one depth, left and right alternating, sorted by address.

    `child` (uint32[2n]) is where each leads. `inner` are those that lead to a node, which are the
    nodes of the next level, and `alias` those that led to the root of IPv4: they are leaves now.
    """

    depth: int
    child: Found
    inner: Index
    alias: Index


def walk(records: Records, ip_version: int, file: str) -> Walked:
    """The leaves of a tree.

    Raises MmdbError when it has a circle, or shares branches until it unfolds past all measure.
    """
    v4_root = _v4_root(records, file) if ip_version == 6 else _NO_NODE
    if not len(records):
        empty = np.zeros(0, dtype=np.uint64)
        nothing = Leaves(empty, empty, np.zeros(0, dtype=np.uint32))
        return Walked(nothing, nothing)
    levels = _levels(records, v4_root, 0 if ip_version == 6 else V4_DEPTH, file)
    return _filled(levels, _left_sizes(levels))


def _levels(records: Records, v4_root: int, depth: int, file: str) -> list[_Level]:
    """All branches below the root, which is at a depth."""
    # Both records of a node are fetched as one number.
    pairs = np.ascontiguousarray(records).view(np.uint64).ravel()
    visits_left = min(VISITS_PER_NODE * len(records) + FREE_VISITS, _MOST_VISITS)
    node: Index = np.zeros(1, dtype=np.int64)
    levels = []
    while node.size:
        visits_left -= node.size
        if visits_left < 0:
            reason = f"the tree unfolds past measure or in a circle, at {depth} bits"
            raise MmdbError(file, 0, reason)
        if depth == BITS:
            reason = f"the tree has a circle: node {node[0]} lies below the last bit"
            raise MmdbError(file, 0, reason)
        child = pairs.take(node).view(np.uint32)
        alias = _aliases(child, v4_root, depth)
        child[alias] = len(records)
        levels.append(_Level(depth, child, np.flatnonzero(child < len(records)), alias))
        node = child.take(levels[-1].inner).astype(np.int64)
        depth += 1
    return levels


def _aliases(child: Found, v4_root: int, depth: int) -> Index:
    """Which branches lead to the root of IPv4, other than ::/96: that is the first of its depth."""
    if depth >= V4_DEPTH:
        return np.zeros(0, dtype=np.int64)
    leading = np.flatnonzero(child == v4_root)
    return leading[1:] if depth == V4_DEPTH - 1 else leading


def _left_sizes(levels: Sequence[_Level]) -> list[Counts]:
    """How many leaves are below the left branch of each node (uint32[n]), for each level."""
    sizes: list[Counts] = []
    below: Counts = np.zeros(0, dtype=np.uint32)
    for level in reversed(levels):
        size = np.ones(level.child.size, dtype=np.uint32)
        size[level.inner] = below
        below = size[0::2] + size[1::2]
        sizes.append(size[0::2].copy())
    return sizes[::-1]


def _filled(levels: Sequence[_Level], left_sizes: Sequence[Counts]) -> Walked:
    """The leaves, each at its place.

    A branch writes at the place of its first leaf. Where it leads to a node, its first leaf lies
    deeper, has the same first address, and writes what it says over it.
    """
    count = sum(level.child.size - level.inner.size for level in levels)
    hi, lo = np.zeros(count, dtype=np.uint64), np.zeros(count, dtype=np.uint64)
    record = np.empty(count, dtype=np.uint32)
    begin: Index = np.zeros(1, dtype=np.int64)
    alias_places, alias_lengths = [], []
    for level, left_size in zip(levels, left_sizes, strict=True):
        right = begin + left_size
        bit = np.uint64(1 << (BITS - 1 - level.depth) % HALF)
        if level.depth < HALF:
            hi[right] = hi.take(begin) | bit
        else:
            hi[right] = hi.take(begin)
            lo[right] = lo.take(begin) | bit
        place = np.empty(level.child.size, dtype=np.int64)
        place[0::2], place[1::2] = begin, right
        record[place] = level.child
        alias_places.append(place[level.alias])
        alias_lengths.append(np.full(level.alias.size, level.depth + 1, dtype=np.uint32))
        begin = place.take(level.inner)
    at, length = np.concatenate(alias_places), np.concatenate(alias_lengths)
    order = np.argsort(at)
    at = at[order]
    return Walked(Leaves(hi, lo, record), Leaves(hi[at], lo[at], length[order]))


def _v4_root(records: Records, file: str) -> int:
    """The node of ::/96, or a number past all nodes when the tree does not reach so deep."""
    node, path = 0, {0}
    for _ in range(V4_DEPTH):
        if node >= len(records):
            return _NO_NODE
        node = int(records[node, 0])
        if node in path:
            raise MmdbError(file, 0, f"the tree has a circle: node {node} contains itself")
        path.add(node)
    return node if node < len(records) else _NO_NODE
