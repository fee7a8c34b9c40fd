"""One turn: every case is brought to where the sightings, the policy and the date say it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import sqlalchemy as sa

from regiongate.control.access import once
from regiongate.control.appeal.overdue import loud_when_overdue
from regiongate.control.grant import correct, exempt
from regiongate.control.notices import rounds
from regiongate.control.notices.desk import Desk
from regiongate.control.reconcile import dates, told
from regiongate.control.reconcile.affected import Rescreened, rescreen
from regiongate.control.rehearsal import Transaction
from regiongate.domain.errors import CannotRun
from regiongate.domain.exemption import Scope
from regiongate.domain.measure import Phase
from regiongate.domain.notice import Event
from regiongate.domain.policy import Policy
from regiongate.geo.source import SourceTable
from regiongate.store.exemptions import Exemptions
from regiongate.store.rulings import Rulings
from regiongate.survey.screen import Screen


@dataclass(frozen=True, slots=True)
class Turned:
    """What a turn did: cases by what became of them, and notices that were written by event.

    `ended` counts exemptions and corrections, `loud` the cases that wait for a person, `again` the
    notices that did not arrive and are written to the next contact.
    """

    found: int
    moved: int
    restricted: int
    released: int
    ended: int
    loud: int
    notices: dict[Event, int] = field(default_factory=dict)
    again: int = 0


def turn(
    transaction: Transaction,
    policy: Policy,
    tables: Sequence[SourceTable],
    desk: Desk,
    at: datetime,
) -> Turned:
    """Take a turn. `tables` are the sources of the policy, in its order.

    It may be taken at any time and as often as one likes: what is done already is not done again.
    Raises CannotRun when the policy has no rules for cases.
    """
    if policy.cases is None:
        raise CannotRun(f"the policy {policy.name} says nothing of cases: add its section `cases`")
    with transaction() as connection:
        ended = [*exempt.end_due(connection, at), *correct.end_due(connection, at)]
        moved = told.move_on(connection, at)
        decided = Rulings(connection).in_force(at)
    screen = _screen(replace(policy, rulings=decided), tables, at)
    with transaction() as connection:
        screened = rescreen(connection, screen, _exempt(connection, policy, at), desk, at)
        restricted = dates.restrict(connection, policy, at)
    with transaction() as connection:
        written = _write(connection, policy, desk, at, screened)
        again = rounds.go_on(connection, desk, at)
        late = loud_when_overdue(connection, at)
        once.forget(connection, at)
    return Turned(
        found=len(screened.found),
        moved=len(moved),
        restricted=len(restricted),
        released=len(screened.released),
        ended=len(ended),
        loud=screened.loud + len(late),
        notices=written,
        again=len(again),
    )


def _screen(policy: Policy, tables: Sequence[SourceTable], at: datetime) -> Screen:
    """What counts before the date of the block is what will hold on it."""
    block = policy.measure.start(Phase.BLOCK)
    return Screen(policy, tables, at if block is None else max(at, block))


def _write(
    connection: sa.Connection, policy: Policy, desk: Desk, at: datetime, screened: Rescreened
) -> dict[Event, int]:
    """Write the notices that are due; says how many of each event, those of releases with them."""
    written = dates.tell(connection, policy, desk, at, screened.places)
    if ending := exempt.due_notices(connection, desk, at):
        written[Event.EXEMPTION_ENDING] = len(ending)
    if screened.told:
        written[Event.RELEASED] = screened.told
    return written


def _exempt(connection: sa.Connection, policy: Policy, at: datetime) -> frozenset[str]:
    """The organizations that are exempt, by the policy itself or by a decision."""
    by_policy = (
        one.organization for one in policy.exemptions if one.expires is None or at < one.expires
    )
    decided = (
        str(one.organization)
        for one in Exemptions(connection).in_force(at)
        if one.scope is Scope.ORGANIZATION
    )
    return frozenset((*by_policy, *decided))
