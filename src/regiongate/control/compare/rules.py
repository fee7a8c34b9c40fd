"""What a policy makes of the votes: each source alone, and so many of them that must agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
import numpy.typing as npt

from regiongate.domain.judge import judge
from regiongate.domain.location_rules import LocationRules
from regiongate.domain.organization import ORDINARY
from regiongate.domain.place import Place, counted_votes
from regiongate.domain.policy import Policy
from regiongate.domain.verdict import PlaceClass, Verdict
from regiongate.geo.compare.overlay import Overlay
from regiongate.geo.steps import NONE, Values, distinct

Codes = npt.NDArray[np.int8]

CLASSES = (
    PlaceClass.SUPPORTED,
    PlaceClass.UNSUPPORTED,
    PlaceClass.DISPUTED,
    PlaceClass.UNKNOWN,
)
"""The classes that votes can lead to; the others are made by blocks, networks and facts."""
VERDICTS = (Verdict.ALLOW, Verdict.WARN, Verdict.BLOCK)


@dataclass(frozen=True, slots=True)
class Rule:
    """So many of some sources must agree; `columns` are theirs in the overlay."""

    name: str
    sources: tuple[str, ...]
    columns: tuple[int, ...]
    agree: int


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What a rule makes of each row of votes: indices into CLASSES and VERDICTS (int8[m])."""

    classes: Codes
    verdicts: Codes


def rules_of(sources: Sequence[str]) -> list[Rule]:
    """Each source alone, then two of all, and so on up to all of all."""
    alone = [Rule(f"{name} alone", (name,), (i,), 1) for i, name in enumerate(sources)]
    every, count = tuple(range(len(sources))), len(sources)
    together = [
        Rule(f"{agree} of {count}", tuple(sources), every, agree) for agree in range(2, count + 1)
    ]
    return [*alone, *together]


def sides(policy: Policy, laid: Overlay, at: datetime) -> Values:
    """What the list says of each vote (int32[m, k]): 1 supported, 0 not, -1 where there is none."""
    said = [int(policy.supported.supports(region, at)[0]) for region in laid.regions]
    return np.array([*said, NONE], dtype=np.int32)[laid.votes]


def outcome(policy: Policy, rule: Rule, laid: Overlay, at: datetime) -> Outcome:
    """The class and the verdict of each row of votes, once the measure is fully in force.

    Only the votes decide: the policy's own networks, its facts and the age of the sources are
    left out, for they are the same whatever is compared. Rows that are counted alike are judged
    once, by the judge.
    """
    variant = only_votes(policy, rule)
    counted = _counted_sides(variant, rule, laid, at)
    which, combinations = distinct(counted)
    first = np.full(len(combinations), len(which))
    np.minimum.at(first, which, np.arange(len(which)))
    judged = [_judged(variant, rule, laid, row, at) for row in first.tolist()]
    table = np.array(judged, dtype=np.int8).reshape(-1, 2)
    return Outcome(table[which, 0], table[which, 1])


def only_votes(policy: Policy, rule: Rule) -> Policy:
    """The policy with the rule's sources and agreement, and nothing but votes to go by."""
    speaker = policy.location.subdivisions
    location: LocationRules = replace(
        policy.location,
        sources=rule.sources,
        agree=rule.agree,
        subdivisions=speaker if speaker in rule.sources else None,
        facts=(),
        stale_from=(),
    )
    return replace(policy, location=location, networks=(), geofeeds=(), report_only=False)


def _counted_sides(variant: Policy, rule: Rule, laid: Overlay, at: datetime) -> Values:
    """The sides as they count where one source speaks for the parts of countries."""
    columns = list(rule.columns)
    if variant.location.subdivisions is None:
        return sides(variant, laid, at)[:, columns]
    known: dict[str | None, int] = {None: NONE}
    for region in {code for one in laid.regions for code in (one, one[:2])}:
        known[region] = int(variant.supported.supports(region, at)[0])
    votes = (_votes(rule, laid, row) for row in range(len(laid.votes)))
    found = [[known[v] for v in counted_votes(variant.location, one)] for one in votes]
    return np.array(found, dtype=np.int32).reshape(-1, len(columns))


def _votes(rule: Rule, laid: Overlay, row: int) -> tuple[str | None, ...]:
    said = laid.said(row)
    return tuple(said[column] for column in rule.columns)


def _judged(variant: Policy, rule: Rule, laid: Overlay, row: int, at: datetime) -> tuple[int, int]:
    decision = judge(variant, Place(votes=_votes(rule, laid, row)), ORDINARY, at)
    return CLASSES.index(decision.place_class), VERDICTS.index(decision.would)
