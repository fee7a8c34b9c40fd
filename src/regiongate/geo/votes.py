"""From what a source writes to what it votes for: places only, at canonical addresses only."""

from __future__ import annotations

from collections import Counter
from ipaddress import IPv6Network

import numpy as np

from regiongate.geo import wide
from regiongate.geo.formats.raw import RawTable
from regiongate.geo.labels import region_of
from regiongate.geo.mmdb.writer import V4_ALIASES
from regiongate.geo.source import Source, SourceTable
from regiongate.geo.steps import NONE, Steps, from_starts


def table_of(source: Source, raw: RawTable) -> SourceTable:
    """The votes of a source: labels that name no place are none, and are counted."""
    named = [region_of(label) for label in raw.labels]
    regions = tuple(sorted({region for region in named if region is not None}))
    number = {region: index for index, region in enumerate(regions)}
    of_label = np.array([number.get(region or "", NONE) for region in named], dtype=np.int64)
    steps, unreachable = without_v4_embeddings(raw.steps.remap(of_label))
    skipped = Counter[str](raw.unreachable) + Counter(unreachable)
    for label, region, count in zip(raw.labels, named, raw.rows, strict=True):
        if count and region is None:
            skipped[label[0]] += count
    return SourceTable(source, steps, regions, dict(sorted(skipped.items())))


def without_v4_embeddings(steps: Steps) -> tuple[Steps, dict[str, int]]:
    """The steps with none in the networks that stand for IPv4, and how many steps each lost.

    A canonical address never lies there, so a value there would never be found; a MaxMind DB
    wants the place for its aliases.
    """
    counts: dict[str, int] = {}
    for network in V4_ALIASES:
        rows = _rows(steps, network)
        lost = int(np.count_nonzero(steps.value[rows.start : rows.stop] != NONE))
        if lost:
            counts[str(network)] = lost
            steps = _without(steps, network, rows)
    return steps, counts


def _rows(steps: Steps, network: IPv6Network) -> range:
    """The steps that hold the addresses of a network."""
    ends = wide.split([int(network.network_address), int(network.broadcast_address)])
    first, last = wide.search(steps.hi, steps.lo, *ends).tolist()
    return range(first, last + 1)


def _without(steps: Steps, network: IPv6Network, rows: range) -> Steps:
    """The steps with none in a network, which is not the last one of all, and lies in `rows`."""
    begin, end = int(network.network_address), int(network.broadcast_address) + 1
    hi, lo = wide.split([begin, end])
    # The first step goes on until the network begins; behind it goes on what held at its end.
    until = rows.start + (not _starts_at(steps, rows.start, begin))
    behind = rows.stop + _starts_at(steps, rows.stop, end)
    values = np.array([NONE, steps.value[behind - 1]], dtype=np.int32)
    return from_starts(
        np.concatenate([steps.hi[:until], hi, steps.hi[behind:]]),
        np.concatenate([steps.lo[:until], lo, steps.lo[behind:]]),
        np.concatenate([steps.value[:until], values, steps.value[behind:]]),
    )


def _starts_at(steps: Steps, row: int, address: int) -> bool:
    if row == len(steps):
        return False
    return int(steps.hi[row]) << 64 | int(steps.lo[row]) == address
