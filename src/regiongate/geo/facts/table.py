"""A table of facts: what one source states of which addresses, and several tables as one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Protocol

import numpy as np

from regiongate.domain.facts import NO_FACTS, Facts, combined
from regiongate.geo.source import Source
from regiongate.geo.steps import NONE, Steps, constant, from_starts, merge


@dataclass(frozen=True, slots=True)
class FactTable:
    """What a source states: `steps` values index into `facts`, -1 where it states nothing."""

    source: Source
    steps: Steps
    facts: tuple[Facts, ...]

    def facts_at(self, address: int) -> Facts:
        """What is stated of a canonical address given as a number (IPv4 below 2**32)."""
        value = self.steps.lookup(address)
        return NO_FACTS if value == NONE else self.facts[value]


Laid = tuple[Steps, Sequence[Facts]]
"""Steps whose values index into facts."""


class Layer(Protocol):
    """What a source states, read or still to be read: `steps` values index into `facts`."""

    @property
    def source(self) -> Source:
        """What is known of the source."""
        ...

    @property
    def steps(self) -> Steps:
        """Which fact holds from where on, -1 where the source states nothing."""
        ...

    @property
    def facts(self) -> Sequence[Facts]:
        """The distinct facts."""
        ...


def together(tables: Sequence[Layer]) -> Laid:
    """What all tables state of each address: kinds of anonymizers accumulate, and of clouds and AS
    the table that comes first counts.
    """
    nothing: Laid = (constant(), ())
    return reduce(_pair, ((table.steps, table.facts) for table in tables), nothing)


def _pair(first: Laid, second: Laid) -> Laid:
    """Two layers as one, with one fact for each combination that occurs."""
    hi, lo, matrix = merge([first[0], second[0]])
    width = len(second[1]) + 1
    pair = (matrix[:, 0].astype(np.int64) + 1) * width + matrix[:, 1] + 1
    present, which = np.unique(pair, return_inverse=True)
    numbers: dict[Facts, int] = {NO_FACTS: NONE}
    table = [
        numbers.setdefault(
            combined(_fact(first[1], one // width - 1), _fact(second[1], one % width - 1)),
            len(numbers) - 1,
        )
        for one in present.tolist()
    ]
    value = np.array(table, dtype=np.int32)[which]
    return from_starts(hi, lo, value), tuple(numbers)[1:]


def _fact(facts: Sequence[Facts], value: int) -> Facts:
    return NO_FACTS if value == NONE else facts[value]
