"""Several sources laid over each other: which votes stand together, and where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from regiongate.domain.address import SPECIAL_BLOCKS, V4_EMBEDDINGS
from regiongate.domain.region import country_of
from regiongate.geo.ranges import from_networks
from regiongate.geo.source import SourceTable
from regiongate.geo.steps import NONE, Steps, Values, distinct, merge
from regiongate.geo.wide import U64

Weights = npt.NDArray[np.float64]
"""Shape (n, 2): what counts in IPv4, and what counts in IPv6."""


@dataclass(frozen=True, slots=True, eq=False)
class Overlay:
    """The votes of k sources over the address space.

    `hi` and `lo` (uint64[n]) are the starts, ascending from 0. `row` (int32[n]) says which row of
    `votes` holds from there on, -1 in a special-purpose block, which has no region whatever a
    source says, and where an address carries an IPv4 address and is looked up as that.
    `votes` (int32[m, k]) are distinct rows of indices into `regions` (sorted), -1 for no vote.
    """

    hi: U64
    lo: U64
    row: Values
    votes: Values
    regions: tuple[str, ...]

    def countries(self) -> tuple[Values, tuple[str, ...]]:
        """The votes (int32[m, k]) as indices into the countries, which stand beside them."""
        names = tuple(sorted({country_of(region) for region in self.regions}))
        number = {name: index for index, name in enumerate(names)}
        table = [number[country_of(region)] for region in self.regions]
        return np.array([*table, NONE], dtype=np.int32)[self.votes], names

    def said(self, row: int) -> tuple[str | None, ...]:
        """The votes of a row in words."""
        return tuple(None if v == NONE else self.regions[v] for v in self.votes[row].tolist())

    def totals(self, weights: Weights) -> tuple[Weights, Weights]:
        """The weights of the steps (float64[n, 2]) by row: float64[m, 2], and all rows -1 in one.

        The latter has shape (2,).
        """
        places = self.row.astype(np.int64) + 1
        sums = [np.bincount(places, family, len(self.votes) + 1) for family in weights.T]
        both: Weights = np.stack(sums, axis=1).astype(np.float64)
        return both[1:], both[0]


def overlay(tables: Sequence[SourceTable]) -> Overlay:
    """Lay sources over each other; the columns of the votes are in their order."""
    regions = tuple(sorted({region for table in tables for region in table.regions}))
    number = {region: index for index, region in enumerate(regions)}
    layers = [
        table.steps.remap(np.array([number[region] for region in table.regions], dtype=np.int64))
        for table in tables
    ]
    hi, lo, matrix = merge([*layers, _aside()])
    row, votes = distinct(matrix[:, :-1])
    row = np.where(matrix[:, -1] == NONE, row, np.int32(NONE)).astype(np.int32)
    return Overlay(hi, lo, row, votes, regions)


def _aside() -> Steps:
    """Where no source is asked."""
    carried = [network for network, _ in V4_EMBEDDINGS if int(network.network_address)]
    blocks = [block.network for block in SPECIAL_BLOCKS]
    return from_networks([(network, 0) for network in dict.fromkeys([*blocks, *carried])])
