"""Look at a draft: its problems, its tests, and all that it would change, before it is in force."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from regiongate import policyfile
from regiongate.compiler import sources
from regiongate.compiler.bundle import POLICY, POLICY_FILE
from regiongate.compiler.difference import AddressChange, address_changes
from regiongate.compiler.fact_sources import anonymizers
from regiongate.compiler.locate import place_finder
from regiongate.control.policies.kept import kept
from regiongate.control.policies.traffic import Traffic, traffic
from regiongate.control.policies.written import in_force, written
from regiongate.domain.errors import Problem, ProblemsFound
from regiongate.domain.policy import Policy
from regiongate.gateway.state import State
from regiongate.geo.store.catalogue import Catalogue
from regiongate.policyfile.diff import Difference, difference
from regiongate.policyfile.tests import Result, run


@dataclass(frozen=True, slots=True)
class Brought:
    """What a draft would change at an instant, against the policy in force."""

    settled: Difference
    addresses: tuple[AddressChange, ...]
    traffic: Traffic | None


@dataclass(frozen=True, slots=True)
class Look:
    """A draft as it was looked at: with `problems` there is nothing else to say of it.

    `brought` is None where no policy is in force that it could be compared with.
    """

    problems: tuple[Problem, ...]
    policy: Policy | None = None
    tests: tuple[Result, ...] = ()
    brought: Brought | None = None


def look(
    text: str, state: State, catalogue: Catalogue, at: datetime, store: sa.Connection | None
) -> Look:
    """What there is to say of a text as a policy; with a `store` its sightings are judged too."""
    with written(text, state) as path:
        problems = policyfile.check(path, at, catalogue.named())
        shown = tuple(replace(one, file=path.name) for one in problems)
        try:
            policy = _dated(path, catalogue)
        except ProblemsFound as found:
            return Look(shown or tuple(replace(one, file=path.name) for one in found.problems))
        tests = run(policy, place_finder(policy, catalogue))
    return Look(shown, policy, tuple(tests), _brought(policy, state, catalogue, at, store))


def look_back(
    state: State, catalogue: Catalogue, generation: str, at: datetime, store: sa.Connection | None
) -> Brought | None:
    """What going back to a generation would change. Raises CannotRun when it is not kept.

    Its own policy, with the lists and geofeeds beside it, judged with the sources of today.
    """
    policy = _dated(kept(state, generation) / POLICY / POLICY_FILE, catalogue)
    return _brought(policy, state, catalogue, at, store)


def _brought(
    policy: Policy,
    state: State,
    catalogue: Catalogue,
    at: datetime,
    store: sa.Connection | None,
) -> Brought | None:
    before = in_force(state)
    if before is None:
        return None
    with written(before, state) as path:
        old = _dated(path, catalogue)
    tables = sources.by_name([old, policy], catalogue)
    facts = {one.source.name: one for two in (old, policy) for one in anonymizers(two, catalogue)}
    addresses = address_changes(old, policy, at, tables, facts)
    seen = None if store is None else traffic(store, old, policy, tables, at)
    return Brought(difference(old, policy, at), tuple(addresses), seen)


def _dated(path: Path, catalogue: Catalogue) -> Policy:
    return sources.dated_by(policyfile.load(path, catalogue.named()), catalogue)
