"""From what a source writes to what it votes for: places only, at canonical addresses only."""

from __future__ import annotations

from collections import Counter
from ipaddress import IPv6Network

import numpy as np

from regiongate.geo import wide
from regiongate.geo.formats.raw import RawTable
from regiongate.geo.labels import region_of
from regiongate.geo.mmdb.writer import V4_ALIASES
from regiongate.geo.ranges import from_networks
from regiongate.geo.source import Source, SourceTable
from regiongate.geo.steps import NONE, Steps, from_starts, merge


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
    if not any(_holds_something(steps, network) for network in V4_ALIASES):
        return steps, {}
    patch = from_networks([(network, i) for i, network in enumerate(V4_ALIASES)])
    hi, lo, matrix = merge([steps, patch])
    value, inside = matrix[:, 0], matrix[:, 1]
    lost = np.bincount(inside[(inside != NONE) & (value != NONE)], minlength=len(V4_ALIASES))
    counts = {
        str(network): int(count) for network, count in zip(V4_ALIASES, lost, strict=True) if count
    }
    return from_starts(hi, lo, np.where(inside == NONE, value, np.int32(NONE))), counts


def _holds_something(steps: Steps, network: IPv6Network) -> bool:
    """Whether any address of a network has a value."""
    ends = wide.split([int(network.network_address), int(network.broadcast_address)])
    first, last = wide.search(steps.hi, steps.lo, *ends).tolist()
    return bool((steps.value[first : last + 1] != NONE).any())
