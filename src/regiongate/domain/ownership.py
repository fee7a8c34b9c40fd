"""Who owns an organization in the end, as far as somebody has said: shares through chains.

A share that is held through others is the product of the shares along the chain, and all chains
add up. A chain ends at the first owner in an unsupported region, whoever owns that one in turn;
at an owner of whom no owners are stated; and where the stated shares of a company end. Circular
holdings are chains without end whose sum is the solution of a system of linear equations, solved
here in fractions, so it is exact.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from regiongate.domain.profile import Holding

_MOST_CHAINS = 20
_MOST_STEPS = 10_000
_WHOLE = Fraction(1)
_NOTHING = Fraction(0)


@dataclass(frozen=True, slots=True)
class Impossible:
    """What cannot be: the owners of a company hold more than all of it, or one is stated twice."""

    owned: str
    message: str


@dataclass(frozen=True, slots=True)
class Chain:
    """One way in which a share is held: the ids from the organization to the owner."""

    ids: tuple[str, ...]
    share: Fraction


@dataclass(frozen=True, slots=True)
class Ownership:
    """What the owners of an organization come to; the three shares add up to one.

    `unknown` is held by nobody knows whom: no owner is stated, or no country of the owner; it
    counts on neither side. `chains` are the largest through which the unsupported share is held,
    none that meets the same company twice; what is missing to `unsupported` comes through smaller
    ones and through circular holdings.
    """

    unsupported: Fraction
    supported: Fraction
    unknown: Fraction
    chains: tuple[Chain, ...]


class _Shares(NamedTuple):
    """What is settled of a company: the parts held from unsupported and from supported regions."""

    unsupported: Fraction
    supported: Fraction


@dataclass(slots=True)
class _Equation:
    """The shares of a company: a settled part, and parts of the shares of other companies."""

    settled: _Shares
    of: dict[str, Fraction]

    def add(self, other: _Equation, times: Fraction) -> None:
        """Put the equation of another company in its place."""
        self.settled = _Shares(
            self.settled.unsupported + times * other.settled.unsupported,
            self.settled.supported + times * other.settled.supported,
        )
        for name, share in other.of.items():
            self.of[name] = self.of.get(name, _NOTHING) + times * share


def impossible(holdings: Iterable[Holding]) -> tuple[Impossible, ...]:
    """What contradicts itself in what was stated of these companies, by company."""
    by_company: dict[str, list[Holding]] = defaultdict(list)
    for holding in holdings:
        by_company[holding.owned].append(holding)
    found = []
    for owned, held in sorted(by_company.items()):
        owners = [one.owner for one in held]
        for owner in sorted({owner for owner in owners if owners.count(owner) > 1}):
            found.append(Impossible(owned, f"what {owner} holds of {owned} is stated twice"))
        total = sum((one.share for one in held), _NOTHING)
        if total > 1:
            said = f"{float(100 * total):g} % of {owned} is held by {', '.join(sorted(owners))}"
            found.append(Impossible(owned, said))
    return tuple(found)


def concerning(holdings: Iterable[Holding], company: str) -> tuple[Holding, ...]:
    """The holdings through which somebody may own a part of this company, in their order."""
    known = list(holdings)
    owners: dict[str, list[str]] = defaultdict(list)
    for holding in known:
        owners[holding.owned].append(holding.owner)
    reached, waiting = {company}, [company]
    while waiting:
        for owner in owners.get(waiting.pop(), ()):
            if owner not in reached:
                reached.add(owner)
                waiting.append(owner)
    return tuple(holding for holding in known if holding.owned in reached)


def owned(
    company: str, holdings: Iterable[Holding], supported: Mapping[str, bool | None]
) -> Ownership:
    """Who owns a company. `supported` says it of the country of an owner, None where unknown.

    Raises ValueError where what is stated is impossible (`impossible`): nothing is repaired.
    """
    held = concerning(holdings, company)
    if wrong := impossible(held):
        raise ValueError("; ".join(one.message for one in wrong))
    graph = _Graph(company, held, supported)
    shares = _solved(graph)
    unknown = 1 - shares.unsupported - shares.supported
    return Ownership(shares.unsupported, shares.supported, unknown, _chains(graph))


class _Graph:
    """Who holds what of whom, and where a chain ends."""

    def __init__(
        self, company: str, holdings: Iterable[Holding], supported: Mapping[str, bool | None]
    ) -> None:
        self.company = company
        self.owners: dict[str, dict[str, Fraction]] = {}
        for one in holdings:
            self.owners.setdefault(one.owned, {})[one.owner] = one.share
        # What a company holds of itself through others makes it no owner from outside.
        self._supported = {name: side for name, side in supported.items() if name != company}

    def is_unsupported(self, name: str) -> bool:
        """Whether a chain ends here, in an unsupported region."""
        return self._supported.get(name) is False

    def goes_on(self, name: str) -> bool:
        """Whether it is asked who owns this one."""
        return name in self.owners and not self.is_unsupported(name)

    def equation(self, name: str) -> _Equation:
        """The shares of a company by those of its owners."""
        found = _Equation(_Shares(_NOTHING, _NOTHING), {})
        for owner, share in self.owners.get(name, {}).items():
            if self.goes_on(owner):
                found.of[owner] = share
            elif self.is_unsupported(owner):
                found.add(_Equation(_Shares(_WHOLE, _NOTHING), {}), share)
            elif self._supported.get(owner):
                found.add(_Equation(_Shares(_NOTHING, _WHOLE), {}), share)
        return found

    def inner(self) -> list[str]:
        """The companies whose owners are asked for, owners before what they own if possible."""
        order: list[str] = []
        known = {self.company}
        waiting = [(self.company, iter(self.owners.get(self.company, {})))]
        while waiting:
            name, owners = waiting[-1]
            more = (one for one in owners if one not in known and self.goes_on(one))
            following = next(more, None)
            if following is None:
                order.append(name)
                waiting.pop()
            else:
                known.add(following)
                waiting.append((following, iter(self.owners[following])))
        return order


def _solved(graph: _Graph) -> _Shares:
    """Eliminate one company after the other, then the equation of the last one is the answer."""
    order = graph.inner()
    open_ended = _open_ended(graph, order)
    done: dict[str, _Equation] = {}
    number = {name: row for row, name in enumerate(order)}
    for name in order:
        equation = graph.equation(name)
        equation.of = {owner: part for owner, part in equation.of.items() if owner in open_ended}
        if name not in open_ended:
            equation = _Equation(_Shares(_NOTHING, _NOTHING), {})
        while known := [owner for owner in equation.of if owner in done]:
            # An equation leads to companies with higher numbers only, so this comes to an end.
            first = min(known, key=number.__getitem__)
            equation.add(done[first], equation.of.pop(first))
        own = equation.of.pop(name, _NOTHING)
        done[name] = _Equation(_Shares(_NOTHING, _NOTHING), {})
        done[name].add(equation, 1 / (1 - own))
    return done[graph.company].settled


def _open_ended(graph: _Graph, order: Iterable[str]) -> set[str]:
    """The companies of which some part is held by somebody outside a closed circle.

    Companies that hold one another entirely have no owner, and no solution; they are unknown.
    """
    holds: dict[str, list[str]] = defaultdict(list)
    waiting = []
    for name in order:
        held = graph.owners.get(name, {})
        within = [owner for owner in held if graph.goes_on(owner)]
        for owner in within:
            holds[owner].append(name)
        if len(within) < len(held) or sum(held.values(), _NOTHING) < 1:
            waiting.append(name)
    found = set(waiting)
    while waiting:
        for name in holds[waiting.pop()]:
            if name not in found:
                found.add(name)
                waiting.append(name)
    return found


def _chains(graph: _Graph) -> tuple[Chain, ...]:
    """The largest chains to owners in unsupported regions, the largest first."""
    found: list[Chain] = []
    waiting: list[tuple[Fraction, tuple[str, ...]]] = [(-_WHOLE, (graph.company,))]
    for _ in range(_MOST_STEPS):
        if not waiting or len(found) == _MOST_CHAINS:
            break
        less, ids = heapq.heappop(waiting)
        if graph.is_unsupported(ids[-1]):
            found.append(Chain(ids, -less))
            continue
        for owner, share in graph.owners.get(ids[-1], {}).items():
            if owner not in ids and (graph.is_unsupported(owner) or graph.goes_on(owner)):
                heapq.heappush(waiting, (less * share, (*ids, owner)))
    return tuple(found)
