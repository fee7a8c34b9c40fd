"""Gather: everything that the store has of evidence about an organization, under a policy."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from regiongate.control.suspend.facts import Supports, holds, ownership, stated
from regiongate.control.suspend.spared import spared
from regiongate.control.suspend.traffic import anonymizers, many_countries, traffic
from regiongate.domain.case_rules import CaseRules
from regiongate.domain.errors import CannotRun
from regiongate.domain.evidence import Evidence, lasting
from regiongate.domain.ownership import Ownership, impossible
from regiongate.domain.policy import Policy
from regiongate.domain.profile import FactKind, Holding, Profile
from regiongate.domain.sighting import Sighting
from regiongate.geo.source import SourceTable
from regiongate.store.organizations import Organizations
from regiongate.store.rulings import Rulings
from regiongate.store.sightings import NONE, Sightings
from regiongate.survey.screen import Pair, Screen


@dataclass(frozen=True, slots=True)
class Gathered:
    """The evidence about one organization.

    `evidence` held for long enough, the heaviest first; `brief` did not, and does not count.
    `ownership` is None where what is stated of owners is impossible; `problems` say so.
    """

    evidence: tuple[Evidence, ...]
    brief: tuple[Evidence, ...]
    ownership: Ownership | None
    problems: tuple[str, ...]


def gather(
    connection: sa.Connection,
    organization: str,
    policy: Policy,
    tables: Sequence[SourceTable],
    at: datetime,
) -> Gathered:
    """What speaks for a suspension at an instant; `tables` are the policy's sources, in its order.

    Raises CannotRun without rules for cases.
    """
    rules = rules_of(policy)
    found = _in_sightings(connection, organization, policy, tables, at)
    owners, problems = None, list[str]()
    books = _books(Organizations(connection).get, organization)
    if organization in books:
        facts = books[organization].facts
        supports = _supports(policy, at)
        found += [stated(facts, kind, supports, at) for kind in FactKind]
        held = _holdings(books.values())
        problems = [one.message for one in impossible(held)]
        if not problems:
            sides = _sides(books.values(), supports, at)
            evidence, owners = ownership(organization, held, sides, rules, at)
            found.append(evidence)
    known = [one for one in found if one is not None]
    long = lasting(known, rules.evidence_over)
    brief = tuple(one for one in known if one not in long)
    return Gathered(long, brief, owners, tuple(problems))


def rules_of(policy: Policy) -> CaseRules:
    """What a policy says of cases. Raises CannotRun where it says nothing."""
    if policy.cases is None:
        raise CannotRun(f"the policy {policy.name} says nothing of cases: add its section `cases`")
    return policy.cases


def _in_sightings(
    connection: sa.Connection,
    organization: str,
    policy: Policy,
    tables: Sequence[SourceTable],
    at: datetime,
) -> list[Evidence | None]:
    """What is older than the policy looks back, or from after the instant, does not count."""
    rules = rules_of(policy)
    begin = at - rules.look_back
    all_of_it = Sightings(connection).of(organization)
    seen = [one for one in all_of_it if begin <= one.first and one.last <= at]
    ruled = replace(policy, rulings=Rulings(connection).in_force(at))
    excused = spared(ruled, at)
    pairs = sorted({_pair(one) for one in seen if one.unsupported})
    # What was kept as unsupported counts only while today's list and sources still say so.
    now = Screen(ruled, tables, at).screen(pairs).pairs if pairs else frozenset()

    def counts(one: Sighting) -> bool:
        return one not in excused

    def unsupported(one: Sighting) -> bool:
        return _pair(one) in now and counts(one)

    return [
        traffic(seen, unsupported, rules),
        many_countries(seen, counts, rules),
        anonymizers(seen, counts, rules),
    ]


def _pair(one: Sighting) -> Pair:
    return one.network, one.region or NONE


def _supports(policy: Policy, at: datetime) -> Supports:
    return lambda country: policy.supported.supports(country, at)[0]


def _books(get: Callable[[str], Profile | None], organization: str) -> dict[str, Profile]:
    """The profile of an organization and of every organization that owns a part of it."""
    found: dict[str, Profile] = {}
    waiting = [organization]
    while waiting:
        name = waiting.pop()
        profile = None if name in found else get(name)
        if profile is not None:
            found[name] = profile
            others = {one.owner for one in profile.holdings}
            waiting += sorted(others - {one.id for one in profile.owners})
    return found


def _holdings(books: Iterable[Profile]) -> list[Holding]:
    """Each once, though the chains of several organizations lead through it."""
    return list(dict.fromkeys(one for profile in books for one in profile.holdings))


def _sides(books: Iterable[Profile], supports: Supports, at: datetime) -> dict[str, bool | None]:
    """Whether the country of each owner is supported; None where nobody said, or both."""
    found: dict[str, bool | None] = {}
    for profile in books:
        for owner in profile.owners:
            found[owner.id] = None if owner.country is None else supports(owner.country)
        registered = {
            supports(fact.country)
            for fact in profile.facts
            if fact.kind is FactKind.REGISTRATION and holds(fact, at)
        }
        found[profile.id] = registered.pop() if len(registered) == 1 else None
    return found
