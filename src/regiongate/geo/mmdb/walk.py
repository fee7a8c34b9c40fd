"""A search tree walked level by level: each step takes all nodes of one depth at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from regiongate.geo import wide
from regiongate.geo.mmdb.errors import MmdbError
from regiongate.geo.mmdb.records import Records
from regiongate.geo.wide import U64

BITS = 128
HALF = 64
V4_DEPTH = 96
VISITS_PER_NODE = 4
FREE_VISITS = 1 << 20
"""A tree may share equal branches; more visits than this only a circle or an attack makes."""

_NO_NODE = 1 << 32
"""A number that no record holds."""

Nodes = npt.NDArray[np.int64]
Found = npt.NDArray[np.uint32]
Address = TypeVar("Address", np.uint32, np.uint64)


@dataclass(frozen=True, slots=True)
class Leaves:
    """First addresses `hi` and `lo` (uint64[n]) and what the tree says there (uint32[n])."""

    hi: U64
    lo: U64
    record: Found

    def sorted(self) -> Leaves:
        """The same leaves in the order of their addresses."""
        order = wide.order(self.hi, self.lo)
        return Leaves(self.hi[order], self.lo[order], self.record[order])


@dataclass(frozen=True, slots=True)
class Walked:
    """What a tree holds. `leaves` are sorted and cover its space without gap or overlap.

    `aliases` are the leaves that lead to the root of the IPv4 tree from elsewhere, such as
    2002::/16; their record is the length of their prefix. Among `leaves` they are leaves without
    data (the node count), for they say nothing new.
    """

    leaves: Leaves
    aliases: Leaves


def walk(records: Records, ip_version: int, file: str) -> Walked:
    """The leaves of a tree.

    Raises MmdbError when it has a circle, or shares branches until it unfolds past all measure.
    """
    v4_root = _v4_root(records, file) if ip_version == 6 else 0
    walker = _Walker(records, v4_root, file)
    v4 = walker.v4() if v4_root < len(records) else _nothing()
    if ip_version == 4 or not len(records):
        return Walked(v4, _nothing())
    beyond, aliases = walker.v6()
    return Walked(_joined([v4, beyond.sorted()]), aliases.sorted())


class _Walker:
    """One walk; counts its visits."""

    def __init__(self, records: Records, v4_root: int, file: str) -> None:
        # Both records of a node are fetched as one number.
        self._pairs = np.ascontiguousarray(records).view(np.uint64).ravel()
        self._v4_root = v4_root
        self._file = file
        self._visits_left = VISITS_PER_NODE * len(records) + FREE_VISITS

    def v4(self) -> Leaves:
        """The leaves below the root of IPv4, sorted; addresses of 32 bits are half the memory."""
        node = np.array([self._v4_root], dtype=np.uint32)
        address = np.zeros(1, dtype=np.uint32)
        parts = []
        for depth in range(V4_DEPTH, BITS):
            child = self._children(node, depth)
            address = _halves(address, np.uint32(1 << BITS - 1 - depth))
            leaf, inner = self._sides(child)
            parts.append((address[leaf], child[leaf]))
            node, address = child[inner], address[inner]
        self._require_end(node)
        lo = np.concatenate([part[0] for part in parts])
        record = np.concatenate([part[1] for part in parts])
        order = np.argsort(lo, kind="stable")
        return Leaves(np.zeros(lo.size, np.uint64), lo[order].astype(np.uint64), record[order])

    def v6(self) -> tuple[Leaves, Leaves]:
        """The leaves beside the root of IPv4, and the aliases that lead to it."""
        node = np.zeros(1, dtype=np.uint32)
        hi, lo = np.zeros(1, dtype=np.uint64), np.zeros(1, dtype=np.uint64)
        parts, aliases = [], []
        for depth in range(BITS):
            child = self._children(node, depth)
            bit = np.uint64(1 << (BITS - 1 - depth) % HALF)
            # Down to the middle no address has anything in its lower half.
            hi = _halves(hi, bit) if depth < HALF else np.repeat(hi, 2)
            lo = np.zeros(hi.size, np.uint64) if depth < HALF else _halves(lo, bit)
            if depth == V4_DEPTH - 1 and self._meets_v4(child, hi, lo):
                child, hi, lo = child[1:], hi[1:], lo[1:]  # ::/96 itself, which is walked already.
            if depth < V4_DEPTH:
                at = np.flatnonzero(child == self._v4_root)
                aliases.append(Leaves(hi[at], lo[at], np.full(at.size, depth + 1, np.uint32)))
                child[at] = self._pairs.size
            leaf, inner = self._sides(child)
            parts.append(Leaves(hi[leaf], lo[leaf], child[leaf]))
            node, hi, lo = child[inner], hi[inner], lo[inner]
        self._require_end(node)
        return _joined(parts), _joined(aliases)

    def _children(self, node: Found, depth: int) -> Found:
        """Left and right of each node, alternating: shape (2n,)."""
        self._visits_left -= node.size
        if self._visits_left < 0:
            reason = f"the tree unfolds past measure or in a circle, at {depth} bits"
            raise MmdbError(self._file, 0, reason)
        return self._pairs[node].view(np.uint32)

    def _sides(self, child: Found) -> tuple[Nodes, Nodes]:
        inner = child < self._pairs.size
        return np.flatnonzero(~inner), np.flatnonzero(inner)

    def _meets_v4(self, child: Found, hi: U64, lo: U64) -> bool:
        """Whether the first of these branches, in the order of addresses, is ::/96 as a node."""
        return bool(child.size and child[0] == self._v4_root and hi[0] == 0 and lo[0] == 0)

    def _require_end(self, node: Found) -> None:
        if node.size:
            reason = f"the tree has a circle: node {node[0]} lies below the last bit"
            raise MmdbError(self._file, 0, reason)


def _halves(first: npt.NDArray[Address], bit: Address) -> npt.NDArray[Address]:
    """The first addresses of the left and right children, alternating: shape (2n,)."""
    both = np.empty(2 * first.size, dtype=first.dtype)
    both[::2] = first
    np.bitwise_or(first, bit, out=both[1::2])
    return both


def _joined(parts: list[Leaves]) -> Leaves:
    return Leaves(
        np.concatenate([part.hi for part in parts]),
        np.concatenate([part.lo for part in parts]),
        np.concatenate([part.record for part in parts]),
    )


def _nothing() -> Leaves:
    empty = np.zeros(0, dtype=np.uint64)
    return Leaves(empty, empty, np.zeros(0, dtype=np.uint32))


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
