"""What two sources say of the same addresses, and what all of them say of each country."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import permutations

import numpy as np

from regiongate.geo.compare.overlay import Overlay, Weights
from regiongate.geo.compare.weights import Amount, Share, Unit
from regiongate.geo.steps import NONE, Values
from regiongate.geo.wide import Flags

_MOST_SAID = 3


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Addresses that source a has in one country and b in another."""

    a: str
    b: str
    amount: Amount


@dataclass(frozen=True, slots=True)
class Saying:
    """How much of a country another source has elsewhere; None for what it does not speak of."""

    country: str | None
    amount: Amount


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What source `by` says of the addresses that source `of` has in a country.

    `share` is the confirmed part of all of them. `instead` are the countries that `by` names most
    often where it does not confirm.
    """

    of: str
    by: str
    country: str
    amount: Amount
    confirmed: Amount
    silent: Amount
    share: Share
    instead: tuple[Saying, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two sources. `differ` is where both speak and name two countries, `share` its part of both.

    `sides_differ` is where one names a supported region and the other an unsupported one; it is
    None without a policy.
    """

    a: str
    b: str
    both: Amount
    only_a: Amount
    only_b: Amount
    differ: Amount
    share: Share
    sides_differ: Amount | None
    sides_share: Share | None
    disagreements: tuple[Disagreement, ...]


@dataclass(frozen=True, slots=True)
class Country:
    """The addresses that any source has in a country, and those that another has elsewhere."""

    country: str
    amount: Amount
    disputed: Amount
    share: Share


@dataclass(frozen=True, slots=True, eq=False)
class Ballot:
    """The votes of k sources in m distinct rows, and the weight of each row.

    `countries` (int32[m, k]) index into `names`, -1 for no vote; `sides` (int8[m, k]) are 1 for a
    supported region, 0 for an unsupported one, -1 for no vote, or None without a policy; `weights`
    is float64[m, 2].
    """

    sources: tuple[str, ...]
    countries: Values
    names: tuple[str, ...]
    weights: Weights
    unit: Unit
    sides: Values | None = None

    @classmethod
    def of(cls, laid: Overlay, sources: tuple[str, ...], weights: Weights, unit: Unit) -> Ballot:
        """The ballot of the first sources of an overlay, without the sides."""
        countries, names = laid.countries()
        return cls(sources, countries[:, : len(sources)], names, weights, unit)

    def amount(self, rows: Flags) -> Amount:
        """The weight of some rows (bool[m])."""
        return self.unit.amount(self.weights[rows].sum(axis=0))

    def share(self, rows: Flags, of: Flags) -> Share:
        """The part that some rows are of others."""
        return self.unit.share(self.weights[rows].sum(axis=0), self.weights[of].sum(axis=0))

    def spoken(self) -> Flags:
        """The rows (bool[m]) of which any source speaks."""
        spoken: Flags = (self.countries != NONE).any(axis=1)
        return spoken

    def split(self) -> Flags:
        """The rows (bool[m]) of which sources say both sides; none without a policy."""
        if self.sides is None:
            return np.zeros(len(self.countries), dtype=np.bool_)
        split: Flags = (self.sides == 1).any(axis=1) & (self.sides == 0).any(axis=1)
        return split

    def differing(self) -> Flags:
        """The rows (bool[m]) of which sources name more than one country."""
        least = np.where(self.countries == NONE, len(self.names), self.countries).min(axis=1)
        differing: Flags = self.spoken() & (least != self.countries.max(axis=1))
        return differing

    def covered(self, source: int) -> Flags:
        """The rows (bool[m]) of which a source speaks."""
        spoken: Flags = self.countries[:, source] != NONE
        return spoken


def pair(ballot: Ballot, a: int, b: int, top: int) -> Pair:
    """Two sources, by their columns, and the largest of their disagreements."""
    spoken_a, spoken_b = ballot.covered(a), ballot.covered(b)
    both = spoken_a & spoken_b
    differ = both & (ballot.countries[:, a] != ballot.countries[:, b])
    sides = None
    if ballot.sides is not None:
        sides = both & (ballot.sides[:, a] != ballot.sides[:, b])
    return Pair(
        a=ballot.sources[a],
        b=ballot.sources[b],
        both=ballot.amount(both),
        only_a=ballot.amount(spoken_a & ~spoken_b),
        only_b=ballot.amount(spoken_b & ~spoken_a),
        differ=ballot.amount(differ),
        share=ballot.share(differ, both),
        sides_differ=None if sides is None else ballot.amount(sides),
        sides_share=None if sides is None else ballot.share(sides, both),
        disagreements=tuple(_disagreements(ballot, a, b, differ))[:top],
    )


def confirmations(ballot: Ballot) -> list[Confirmation]:
    """What each source says of each country of each other source."""
    pairs = permutations(range(len(ballot.sources)), 2)
    return [one for of, by in pairs for one in _confirmations(ballot, of, by)]


def countries(ballot: Ballot) -> list[Country]:
    """What all sources together say of each country that any of them names."""
    differ = ballot.differing()
    found = []
    for number, name in enumerate(ballot.names):
        here = (ballot.countries == number).any(axis=1)
        if here.any():
            disputed = here & differ
            share = ballot.share(disputed, here)
            found.append(Country(name, ballot.amount(here), ballot.amount(disputed), share))
    return found


def _table(ballot: Ballot, a: int, b: int, rows: Flags) -> Iterator[tuple[int, int, Weights]]:
    """The weight (float64[2]) of each pair of countries in some rows; -1 is for no vote."""
    width = len(ballot.names) + 1
    packed = (ballot.countries[rows, a].astype(np.int64) + 1) * width
    packed += ballot.countries[rows, b] + 1
    pairs, which = np.unique(packed, return_inverse=True)
    sums = [np.bincount(which, family, pairs.size) for family in ballot.weights[rows].T]
    for one, weight in zip(pairs.tolist(), np.stack(sums, axis=1), strict=True):
        yield one // width - 1, one % width - 1, weight


def _disagreements(ballot: Ballot, a: int, b: int, differ: Flags) -> list[Disagreement]:
    found = [
        Disagreement(ballot.names[one], ballot.names[other], ballot.unit.amount(weight))
        for one, other, weight in _table(ballot, a, b, differ)
    ]
    found = [one for one in found if one.amount.largest]
    return sorted(found, key=lambda d: (-d.amount.largest, d.a, d.b))


def _confirmations(ballot: Ballot, of: int, by: int) -> Iterator[Confirmation]:
    said: dict[int, dict[int, Weights]] = {}
    for one, other, weight in _table(ballot, of, by, ballot.covered(of)):
        said.setdefault(one, {})[other] = weight
    nothing, unit = np.zeros(2), ballot.unit
    for country, others in said.items():
        whole = np.sum(list(others.values()), axis=0)
        confirmed = others.pop(country, nothing)
        instead = [
            Saying(None if other == NONE else ballot.names[other], unit.amount(weight))
            for other, weight in others.items()
        ]
        instead.sort(key=lambda s: (-s.amount.largest, s.country or ""))
        yield Confirmation(
            of=ballot.sources[of],
            by=ballot.sources[by],
            country=ballot.names[country],
            amount=unit.amount(whole),
            confirmed=unit.amount(confirmed),
            silent=unit.amount(others.get(NONE, nothing)),
            share=unit.share(confirmed, whole),
            instead=tuple(instead[:_MOST_SAID]),
        )
