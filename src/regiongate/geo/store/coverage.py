"""How many addresses a source speaks of, and how many speak otherwise in another version of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from regiongate.geo.source import SourceTable
from regiongate.geo.steps import NONE, V4_END, Steps, address_count_v4, merge
from regiongate.geo.wide import U64

Sizes = npt.NDArray[np.float64]

_NETWORKS_48 = 2.0**16
"""How many networks of 64 bits make one of 48, which is what a site has and what we count."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """The addresses with a label: IPv4 addresses, and IPv6 networks of 48 bits, rounded."""

    ipv4: int
    ipv6: int


@dataclass(frozen=True, slots=True)
class Move:
    """Addresses that had one label and now have another; None for no label."""

    before: str | None
    after: str | None
    ipv4: int
    ipv6: int


def sizes_48(hi: U64, lo: U64) -> Sizes:
    """How many IPv6 networks of 48 bits lie in each step (float64[n]); IPv4 counts as nothing."""
    above = (hi > 0) | (lo >= np.uint64(V4_END))
    start_hi = hi.astype(np.float64)
    start_lo = np.where(above, lo, np.uint64(V4_END)).astype(np.float64)
    next_hi = np.append(start_hi[1:], 2.0**64)
    next_lo = np.append(start_lo[1:], 0.0)
    found: Sizes = ((next_hi - start_hi) + (next_lo - start_lo) * 2.0**-64) / _NETWORKS_48
    return found


def coverage(steps: Steps) -> Coverage:
    """The addresses that have a value."""
    known = steps.value != NONE
    ipv4 = address_count_v4(steps.hi, steps.lo)[known].sum()
    return Coverage(int(ipv4), round(float(sizes_48(steps.hi, steps.lo)[known].sum())))


def moves(before: SourceTable, after: SourceTable) -> list[Move]:
    """Every pair of labels between which addresses moved, most IPv4 addresses first."""
    labels = sorted({*before.regions, *after.regions})
    number = {label: index for index, label in enumerate(labels)}
    layers = [
        table.steps.remap(np.array([number[label] for label in table.regions], dtype=np.int64))
        for table in (before, after)
    ]
    hi, lo, matrix = merge(layers)
    width = len(labels) + 1
    pair = (matrix[:, 0].astype(np.int64) + 1) * width + matrix[:, 1] + 1
    pairs, which = np.unique(pair, return_inverse=True)
    ipv4 = np.bincount(which, weights=address_count_v4(hi, lo).astype(np.float64))
    ipv6 = np.bincount(which, weights=sizes_48(hi, lo))
    named = [None, *labels]
    found = [
        Move(named[one // width], named[one % width], round(float(v4)), round(float(v6)))
        for one, v4, v6 in zip(pairs.tolist(), ipv4, ipv6, strict=True)
        if one // width != one % width
    ]
    return sorted(found, key=lambda move: (-move.ipv4, -move.ipv6, str(move)))
