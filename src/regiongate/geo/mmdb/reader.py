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
from regiongate.geo.mmdb.path import FieldPath
from regiongate.geo.mmdb.pick import Picked, pick
from regiongate.geo.mmdb.records import Records, unpack
from regiongate.geo.mmdb.walk import HALF, V4_DEPTH, Found, Leaves, Nodes, walk
from regiongate.geo.ranges import from_ranges
from regiongate.geo.steps import NONE, V4_END, Steps, Values


@dataclass(frozen=True, slots=True)
class MmdbTable:
    """What a MaxMind DB says: `steps` values index into `records`.

    `metadata` is as the file has it (`database_type`, `build_epoch`, …). `records` are the
    distinct data of the tree in the order of the data section; their values may be shared, so
    treat them as frozen. `aliases` are the networks of IPv6 that the file sends on to IPv4, such
    as 2002::/16: their value is the length of the prefix that stands before the IPv4 address, and
    `steps` say nothing there.
    """

    metadata: dict[str, Any]
    steps: Steps
    records: tuple[object, ...]
    aliases: Steps

    def record_at(self, address: int) -> object:
        """The record of an address given as a number (IPv4 below 2**32), None where there is none.

        In an alias it is that of the IPv4 address, as the official readers have it.
        """
        prefix = self.aliases.lookup(address)
        if prefix != NONE:
            address = address >> V4_DEPTH - prefix & V4_END - 1
        value = self.steps.lookup(address)
        return None if value == NONE else self.records[value]

    def pick(self, *paths: FieldPath) -> Picked:
        """Several fields over the same networks, without another walk."""
        return pick(self.steps, self.records, paths)


def read(source: Path | str | bytes, name: str | None = None) -> MmdbTable:
    """Reads a MaxMind DB from a path or from its bytes; `name` is what errors call it.

    Raises MmdbError naming the byte where the file is damaged, OSError when it cannot be opened.
    """
    content = source if isinstance(source, bytes) else Path(source).read_bytes()
    file = name or ("<bytes>" if isinstance(source, bytes) else str(source))
    layout = read_layout(content, file)
    records = unpack(memoryview(content)[: layout.tree_end], layout.record_size)
    walked = walk(records, layout.ip_version, file)
    leaves = walked.leaves
    if layout.ip_version == 4 or not leaves.record.size:
        leaves = _rest_of_space(layout, leaves)
    leaves = _merged(leaves)
    _check_leaves(leaves.record, layout, records, file)
    offsets, value = _distinct(leaves.record, layout)
    decoder = Decoder(content[layout.data_start : layout.data_end], file, layout.data_start)
    return MmdbTable(
        metadata=layout.metadata,
        steps=Steps(leaves.hi, leaves.lo, value),
        records=tuple(decoder.decode(int(offset)) for offset in offsets),
        aliases=_aliases(walked.aliases),
    )


def _aliases(found: Leaves) -> Steps:
    """The length of the prefix wherever an alias lies."""
    length = found.record.astype(np.uint64)
    ones = np.uint64(wide.MAX64)
    # A shift by all 64 bits has no defined result, so the lengths are kept below it.
    hi_rest = np.where(length < HALF, ones >> np.minimum(length, np.uint64(HALF - 1)), 0)
    lo_rest = np.where(length > HALF, ones >> np.maximum(length, np.uint64(HALF)) - HALF, ones)
    last_hi, last_lo = found.hi | hi_rest.astype(np.uint64), found.lo | lo_rest.astype(np.uint64)
    return from_ranges(found.hi, found.lo, last_hi, last_lo, found.record.astype(np.int32))


def _merged(leaves: Leaves) -> Leaves:
    """The leaves as steps: adjacent ones that point to the same are one."""
    new = np.ones(leaves.record.size, dtype=np.bool_)
    np.not_equal(leaves.record[1:], leaves.record[:-1], out=new[1:])
    at = np.flatnonzero(new)  # Numbers pick several times faster than flags do.
    return Leaves(leaves.hi[at], leaves.lo[at], leaves.record[at])


def _distinct(record: Found, layout: Layout) -> tuple[Nodes, Values]:
    """The distinct offsets of data, ascending, and for each leaf the index of its own.

    A leaf without data has index -1. A table over all offsets is several times faster than
    sorting them, and its untouched pages cost nothing.
    """
    base = layout.data_base
    size = max(base, int(record.max())) + 1
    seen = np.zeros(size, dtype=np.bool_)
    seen[record] = True
    seen[layout.node_count] = False
    distinct = np.flatnonzero(seen)
    table = np.empty(size, dtype=np.int32)
    table[distinct] = np.arange(distinct.size)
    table[layout.node_count] = NONE
    return distinct - base, table[record]


def _rest_of_space(layout: Layout, leaves: Leaves) -> Leaves:
    """A tree of 32 bits says nothing behind IPv4, and one without nodes nothing anywhere."""
    beyond = V4_END if leaves.record.size else 0
    return Leaves(
        np.append(leaves.hi, np.uint64(0)),
        np.append(leaves.lo, np.uint64(beyond)),
        np.append(leaves.record, np.uint32(layout.node_count)),
    )


def _check_leaves(record: Found, layout: Layout, records: Records, file: str) -> None:
    """Every leaf is empty or points into the data section."""
    data_size = layout.data_end - layout.data_start
    empty = record == layout.node_count
    inside = (record >= layout.data_base) & (record < layout.data_base + data_size)
    wrong = np.flatnonzero(~(inside | empty))
    if wrong.size:
        node = int(np.argmax((records == record[wrong[0]]).any(axis=1)))
        place = node * layout.record_size // 4
        raise MmdbError(file, place, f"node {node} points outside of the data section")
