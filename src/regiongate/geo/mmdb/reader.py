"""A whole MaxMind DB at once: its tree as steps, its records decoded once each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from regiongate.geo import wide
from regiongate.geo.mmdb.decode import Decoder
from regiongate.geo.mmdb.errors import MmdbError
from regiongate.geo.mmdb.metadata import Layout, read_layout
from regiongate.geo.mmdb.records import Records, unpack
from regiongate.geo.mmdb.walk import Nodes, walk
from regiongate.geo.steps import NONE, V4_END, Steps, Values, from_starts


@dataclass(frozen=True, slots=True)
class MmdbTable:
    """What a MaxMind DB says: `steps` values index into `records`.

    `metadata` is as the file has it (`database_type`, `build_epoch`, …). `records` are the
    distinct data of the tree in the order of the data section; their values may be shared, so
    treat them as frozen.
    """

    metadata: dict[str, Any]
    steps: Steps
    records: tuple[object, ...]


def read(source: Path | str | bytes, name: str | None = None) -> MmdbTable:
    """Reads a MaxMind DB from a path or from its bytes; `name` is what errors call it.

    Raises MmdbError naming the byte where the file is damaged, OSError when it cannot be opened.
    """
    content = source if isinstance(source, bytes) else Path(source).read_bytes()
    file = name or ("<bytes>" if isinstance(source, bytes) else str(source))
    layout = read_layout(content, file)
    records = unpack(content[: layout.tree_end], layout.record_size)
    hi, lo, leaf = walk(records, layout.ip_version, file)
    order = wide.order(hi, lo)
    hi, lo, leaf = hi[order], lo[order], leaf[order]
    if layout.ip_version == 4 or not leaf.size:
        hi, lo, leaf = _rest_of_space(layout, hi, lo, leaf)
    _check_leaves(leaf, layout, records, file)
    offsets, value = _distinct(leaf - layout.data_base)
    decoder = Decoder(content[layout.data_start : layout.data_end], file, layout.data_start)
    return MmdbTable(
        metadata=layout.metadata,
        steps=from_starts(hi, lo, value),
        records=tuple(decoder.decode(int(offset)) for offset in offsets),
    )


def _distinct(offsets: Nodes) -> tuple[Nodes, Values]:
    """The distinct offsets of data, ascending, and for each leaf the index of its own.

    A negative offset is a leaf without data and has index -1. A table over all offsets is several
    times faster than sorting them, and its untouched pages cost nothing.
    """
    offsets = np.maximum(offsets, NONE)
    seen = np.zeros(int(offsets.max()) + 2, dtype=np.bool_)
    seen[offsets] = True  # Index -1 is the last one, which no data has.
    distinct = np.flatnonzero(seen[:-1])
    table = np.empty(seen.size, dtype=np.int32)
    table[distinct] = np.arange(distinct.size)
    table[-1] = NONE
    return distinct, table[offsets]


def _rest_of_space(
    layout: Layout, hi: wide.U64, lo: wide.U64, leaf: Nodes
) -> tuple[wide.U64, wide.U64, Nodes]:
    """A tree of 32 bits says nothing behind IPv4, and one without nodes nothing anywhere."""
    beyond = V4_END if leaf.size else 0
    return (
        np.append(hi, np.uint64(0)),
        np.append(lo, np.uint64(beyond)),
        np.append(leaf, layout.node_count),
    )


def _check_leaves(leaf: Nodes, layout: Layout, records: Records, file: str) -> None:
    """Every leaf is empty or points into the data section."""
    offset = leaf - layout.data_base
    inside = (offset >= 0) & (offset < layout.data_end - layout.data_start)
    wrong = np.flatnonzero(~inside & (leaf != layout.node_count))
    if wrong.size:
        node = int(np.argmax((records == leaf[wrong[0]]).any(axis=1)))
        place = node * layout.record_size // 4
        raise MmdbError(file, place, f"node {node} points outside of the data section")
