"""Compare sources with each other, and under a policy."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from regiongate.control.compare.estimate import Estimate, Reference, by_class, estimate
from regiongate.control.compare.open_sources import UNDATED
from regiongate.control.compare.rules import (
    VERDICTS,
    Outcome,
    Rule,
    outcome,
    rules_of,
    sides,
)
from regiongate.domain.errors import CannotRun, Problem
from regiongate.domain.policy import Policy
from regiongate.geo.compare import agreement
from regiongate.geo.compare.agreement import Ballot, Confirmation, Country, Pair
from regiongate.geo.compare.overlay import Overlay, Weights, overlay
from regiongate.geo.compare.traffic import Traffic
from regiongate.geo.compare.weights import Amount, Family, Share, Unit, by_addresses
from regiongate.geo.source import SourceTable
from regiongate.geo.steps import NONE, Values

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for: what addresses count for (None: each alike), which families, how many
    disagreements of a pair are listed, and at which instant the policy is looked at."""

    at: datetime.datetime
    family: Family = "both"
    top: int = 10
    traffic: Traffic | None = None


@dataclass(frozen=True, slots=True)
class Compared:
    """One source: `covers` is what it speaks of, `share` its part of what any compared one does.

    `reference` marks a source that only judges the rules. `date` and `version` are None where the
    file does not say them.
    """

    name: str
    version: str | None
    date: datetime.date | None
    licence: str
    digest: str
    reference: bool
    covers: Amount
    share: Share


@dataclass(frozen=True, slots=True)
class Weighing:
    """What was counted. `spoken_of` is where any compared source speaks; `silent` where none does;
    `aside` lies in special-purpose blocks, or is looked up as the IPv4 address it carries.
    """

    by: str
    unit_ipv4: str
    unit_ipv6: str
    spoken_of: Amount
    silent: Amount
    aside: Amount
    rejected: int
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Ruled:
    """What a rule makes of the votes. `changed` is what gets another verdict than under the rule of
    the policy: as many of all must agree as it says. `estimate` is None where no source is left
    that could judge.
    """

    name: str
    sources: tuple[str, ...]
    agree: int
    of_policy: bool
    classes: dict[str, Amount]
    verdicts: dict[str, Amount]
    changed: Amount
    changed_share: Share
    estimate: Estimate | None


@dataclass(frozen=True, slots=True)
class UnderPolicy:
    """The comparison on the verdicts of a policy, once its measure is fully in force.

    `disputed` is where two of the compared sources are on different sides of the list.
    """

    name: str
    version: str
    list: str
    disputed: Amount
    disputed_share: Share
    rules: tuple[Ruled, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything that was found."""

    at: datetime.datetime
    family: Family
    weights: Weighing
    sources: tuple[Compared, ...]
    pairs: tuple[Pair, ...]
    confirmations: tuple[Confirmation, ...]
    countries: tuple[Country, ...]
    policy: UnderPolicy | None


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """What the pictures are drawn from, beside the comparison: the votes and where they hold.

    `outcome` is of the policy's own rule, None without a policy.
    """

    found: Comparison
    laid: Overlay
    ballot: Ballot
    outcome: Outcome | None


def compare(
    tables: Sequence[SourceTable],
    references: Sequence[SourceTable],
    policy: Policy | None,
    wish: Wish,
    tell: Tell = lambda _: None,
) -> Measured:
    """Compare two sources or more; `references` take no part in the rules and judge them.

    Raises CannotRun for fewer than two.
    """
    if len(tables) < 2:
        raise CannotRun("one source has nothing to disagree with: name two or more")
    tell("comparing")
    names = tuple(table.source.name for table in tables)
    laid = overlay([*tables, *references])
    steps = by_addresses(laid) if wish.traffic is None else wish.traffic.weights(laid)
    weights, aside = laid.totals(steps)
    unit = Unit(wish.family)
    ballot = Ballot.of(laid, names, weights, unit)
    ruled, under = None, None
    if policy is not None:
        tell("judging")
        said = sides(policy, laid, wish.at)
        ballot = replace(ballot, sides=said[:, : len(names)])
        ruled, under = _under(policy, wish.at, laid, ballot, _References(said, references))
    pairs = combinations(range(len(names)), 2)
    found = Comparison(
        at=wish.at,
        family=wish.family,
        weights=_weighing(ballot, aside, wish.traffic),
        sources=tuple(_sources(tables, references, laid, ballot)),
        pairs=tuple(agreement.pair(ballot, a, b, wish.top) for a, b in pairs),
        confirmations=tuple(agreement.confirmations(ballot)),
        countries=tuple(agreement.countries(ballot)),
        policy=under,
    )
    return Measured(found, laid, ballot, ruled)


def _weighing(ballot: Ballot, aside: Weights, traffic: Traffic | None) -> Weighing:
    spoken = ballot.spoken()
    said = (
        ("addresses", "addresses", "networks of 48 bits")
        if traffic is None
        else ("requests", "requests", "requests")
    )
    return Weighing(
        *said,
        spoken_of=ballot.amount(spoken),
        silent=ballot.amount(~spoken),
        aside=ballot.unit.amount(aside),
        rejected=0 if traffic is None else traffic.rejected,
        problems=() if traffic is None else traffic.problems,
    )


def _sources(
    tables: Sequence[SourceTable],
    references: Sequence[SourceTable],
    laid: Overlay,
    ballot: Ballot,
) -> list[Compared]:
    any_of_them = ballot.spoken()
    found = []
    for column, table in enumerate([*tables, *references]):
        source, spoken = table.source, laid.votes[:, column] != NONE
        undated = source.date == UNDATED
        found.append(
            Compared(
                name=source.name,
                version=None if undated else source.version,
                date=None if undated else source.date,
                licence=source.licence,
                digest=source.digest,
                reference=column >= len(tables),
                covers=ballot.amount(spoken),
                share=ballot.share(spoken & any_of_them, any_of_them),
            )
        )
    return found


@dataclass(frozen=True, slots=True, eq=False)
class _References:
    """Who judges the rules; `sides` (int32[m, k]) are of all columns of the overlay."""

    sides: Values
    tables: Sequence[SourceTable]

    def of(self, rule: Rule, names: tuple[str, ...], laid: Overlay) -> Reference | None:
        """Those named for it, else the compared sources that the rule leaves out."""
        if self.tables:
            judges = [table.source.name for table in self.tables]
            columns = range(len(names), len(names) + len(judges))
            return Reference.of(judges, columns, laid, self.sides)
        left = [column for column in range(len(names)) if column not in rule.columns]
        if not left:
            return None
        return Reference.of([names[column] for column in left], left, laid, self.sides)


def _under(
    policy: Policy, at: datetime.datetime, laid: Overlay, ballot: Ballot, references: _References
) -> tuple[Outcome, UnderPolicy]:
    """The rules and what each makes of the votes; first that of the policy itself."""
    names = ballot.sources
    agree = max(1, min(policy.location.agree, len(names)))
    own = Rule("policy", names, tuple(range(len(names))), agree)
    by_policy = outcome(policy, own, laid, at)
    found = []
    for rule in rules_of(names):
        alike = (rule.sources, rule.agree) == (own.sources, own.agree)
        made = by_policy if alike else outcome(policy, rule, laid, at)
        reference = references.of(rule, names, laid)
        judged = (
            None
            if reference is None
            else estimate(reference, made, laid, ballot.weights, ballot.unit)
        )
        found.append(replace(_ruled(rule, made, by_policy, judged, ballot), of_policy=alike))
    disputed = ballot.split()
    return by_policy, UnderPolicy(
        name=policy.name,
        version=policy.version,
        list=policy.supported.name,
        disputed=ballot.amount(disputed),
        disputed_share=ballot.share(disputed, ballot.spoken()),
        rules=tuple(found),
    )


def _ruled(
    rule: Rule, made: Outcome, by_policy: Outcome, judged: Estimate | None, ballot: Ballot
) -> Ruled:
    changed, spoken = made.verdicts != by_policy.verdicts, ballot.spoken()
    return Ruled(
        name=rule.name,
        sources=rule.sources,
        agree=rule.agree,
        of_policy=False,
        classes=by_class(made.classes, ballot.weights, ballot.unit),
        verdicts={
            str(verdict): ballot.amount(made.verdicts == number)
            for number, verdict in enumerate(VERDICTS)
        },
        changed=ballot.amount(changed),
        changed_share=ballot.share(changed & spoken, spoken),
        estimate=judged,
    )
