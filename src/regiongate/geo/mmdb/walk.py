"""A search tree walked level by level: each step takes all nodes of one depth at once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from regiongate.geo.mmdb.errors import MmdbError
from regiongate.geo.mmdb.records import Records
from regiongate.geo.wide import U64

BITS = 128
V4_DEPTH = 96
VISITS_PER_NODE = 4
"""A tree may share equal branches; more visits than this only a circle or an attack makes."""

Nodes = npt.NDArray[np.int64]


def walk(records: Records, ip_version: int, file: str) -> tuple[U64, U64, Nodes]:
    """The leaves of a tree: first addresses hi and lo (uint64[n], unsorted) and records (int64[n]).

    The leaves cover the tree's space without gap or overlap. A branch that leads to the root of
    the IPv4 tree from elsewhere (an alias such as 2002::/16) counts as a leaf without data, for it
    says nothing new. Raises MmdbError when the tree has a circle.
    """
    node_count = len(records)
    node = np.zeros(min(node_count, 1), dtype=np.int64)
    hi = lo = np.zeros(node.size, dtype=np.uint64)
    v4_root = _v4_root(records, file) if ip_version == 6 else node_count
    leaves = []
    visits = 0
    for depth in range(V4_DEPTH if ip_version == 4 else 0, BITS):
        visits += node.size
        if visits > VISITS_PER_NODE * node_count + BITS:
            raise MmdbError(file, 0, f"the tree has a circle: met at {depth} bits")
        child = records[node].ravel().astype(np.int64)
        hi, lo = _children(hi, lo, depth)
        alias = child == v4_root
        if depth == V4_DEPTH - 1 and child.size and hi[0] == 0 and lo[0] == 0:
            alias[0] = False  # Levels are in address order, so ::/96 itself comes first.
        child[alias & (child < node_count)] = node_count
        inner = child < node_count
        leaf, inside = np.flatnonzero(~inner), np.flatnonzero(inner)
        leaves.append((hi[leaf], lo[leaf], child[leaf]))
        node, hi, lo = child[inside], hi[inside], lo[inside]
    if node.size:
        raise MmdbError(file, 0, f"the tree has a circle: node {node[0]} lies below the last bit")
    return (
        np.concatenate([leaf[0] for leaf in leaves]),
        np.concatenate([leaf[1] for leaf in leaves]),
        np.concatenate([leaf[2] for leaf in leaves]),
    )


def _children(hi: U64, lo: U64, depth: int) -> tuple[U64, U64]:
    """The first addresses of the left and right children, alternating: shape (2n,)."""
    bit = np.uint64(1 << (BITS - 1 - depth) % 64)
    if depth < 64:
        return np.stack([hi, hi | bit], axis=1).ravel(), np.repeat(lo, 2)
    return np.repeat(hi, 2), np.stack([lo, lo | bit], axis=1).ravel()


def _v4_root(records: Records, file: str) -> int:
    """The node of ::/96, or a number past all nodes when the tree does not reach so deep."""
    node, path = 0, set[int]()
    for _ in range(V4_DEPTH):
        if node >= len(records):
            return len(records)
        if node in path:
            raise MmdbError(file, 0, f"the tree has a circle: node {node} contains itself")
        path.add(node)
        node = int(records[node, 0])
    return node
