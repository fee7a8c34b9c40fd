"""How often a rule is wrong, as far as sources that have no part in it can tell.

Nobody knows where all addresses are, so there is no truth to compare with. What stands for it is
the side that more than half of the other sources are on. That shows how far rules differ from
sources that they do not listen to, and so which rule is more careful. It cannot show a mistake
that all sources share, and sources that copy from one registry share many.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from regiongate.control.compare.rules import CLASSES, Codes, Outcome
from regiongate.domain.verdict import PlaceClass
from regiongate.geo.compare.overlay import Overlay, Weights
from regiongate.geo.compare.weights import Amount, Share, Unit
from regiongate.geo.steps import NONE, Values
from regiongate.geo.wide import Flags

_SUPPORTED, _UNSUPPORTED = (
    CLASSES.index(one) for one in (PlaceClass.SUPPORTED, PlaceClass.UNSUPPORTED)
)


@dataclass(frozen=True, slots=True)
class Part:
    """Addresses that the reference agrees on, and what class a rule gives them."""

    amount: Amount
    classes: Mapping[str, Amount]


@dataclass(frozen=True, slots=True)
class RegionPart:
    """The same for one region; `region` is what more than half of the reference names."""

    region: str
    supported: bool
    amount: Amount
    classes: Mapping[str, Amount]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A rule against the sources `by`, where more than half of them are on one side.

    `false_blocks` is the part of what is supported that the rule calls unsupported, `misses` the
    part of what is unsupported that it calls supported. What is disputed or unknown is neither:
    what happens to it is the policy's to say.
    """

    by: tuple[str, ...]
    supported: Part
    unsupported: Part
    false_blocks: Share
    misses: Share
    regions: tuple[RegionPart, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """What some sources say together of each row of votes.

    `side` (int32[m]) is 1, 0, or -1 where no more than half are on one; `region` (int32[m]) is
    the region that more than half name, else -1.
    """

    by: tuple[str, ...]
    side: Values
    region: Values

    @classmethod
    def of(
        cls, by: Sequence[str], columns: Sequence[int], laid: Overlay, sides: Values
    ) -> Reference:
        """The reference that the sources in some columns make; `sides` as of the overlay."""
        at = list(columns)
        return cls(tuple(by), _majority(sides[:, at]), _majority(laid.votes[:, at]))


def estimate(
    reference: Reference, outcome: Outcome, laid: Overlay, weights: Weights, unit: Unit
) -> Estimate:
    """How a rule's outcome stands to a reference; `weights` (float64[m, 2]) are of the rows."""
    good, bad = reference.side == 1, reference.side == 0
    blocked = good & (outcome.classes == _UNSUPPORTED)
    missed = bad & (outcome.classes == _SUPPORTED)

    def share(rows: Flags, of: Flags) -> Share:
        return unit.share(weights[rows].sum(axis=0), weights[of].sum(axis=0))

    return Estimate(
        by=reference.by,
        supported=Part(*_part(good, outcome.classes, weights, unit)),
        unsupported=Part(*_part(bad, outcome.classes, weights, unit)),
        false_blocks=share(blocked, good),
        misses=share(missed, bad),
        regions=tuple(_regions(reference, outcome.classes, laid, weights, unit)),
    )


def by_class(classes: Codes, weights: Weights, unit: Unit) -> dict[str, Amount]:
    """The weight of each class."""
    return {
        str(name): unit.amount(weights[classes == number].sum(axis=0))
        for number, name in enumerate(CLASSES)
    }


def _part(
    rows: Flags, classes: Codes, weights: Weights, unit: Unit
) -> tuple[Amount, dict[str, Amount]]:
    return unit.amount(weights[rows].sum(axis=0)), by_class(classes[rows], weights[rows], unit)


def _regions(
    reference: Reference, classes: Codes, laid: Overlay, weights: Weights, unit: Unit
) -> list[RegionPart]:
    found = []
    for number in np.unique(reference.region[reference.region != NONE]).tolist():
        rows = (reference.region == number) & (reference.side != NONE)
        amount, split = _part(rows, classes, weights, unit)
        if amount.ipv4 or amount.ipv6:
            supported = bool(reference.side[rows][0])
            found.append(RegionPart(laid.regions[number], supported, amount, split))
    return sorted(found, key=lambda part: (-part.amount.largest, part.region))


def _majority(votes: Values) -> Values:
    """The vote (int32[m]) of more than half of the columns of int32[m, k], -1 where none is."""
    found = np.full(len(votes), NONE, dtype=np.int32)
    for column in votes.T:
        many = (votes == column[:, None]).sum(axis=1) * 2 > votes.shape[1]
        found = np.where(many, column, found)
    return found
