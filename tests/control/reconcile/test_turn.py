"""A turn: what the sightings, the policy and the date make of cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from ipaddress import ip_network

import pytest
import sqlalchemy as sa

from regiongate.control.reconcile.turn import Turned, turn
from regiongate.control.rehearsal import transactions
from regiongate.domain.case import CaseState, Step
from regiongate.domain.errors import CannotRun
from regiongate.domain.exemption import Correction
from regiongate.domain.notice import Event
from regiongate.domain.policy import Policy, PolicyExemption
from regiongate.domain.supported_list import ListChange
from regiongate.geo.source import SourceTable
from regiongate.store.cases import Cases
from regiongate.store.database import Database
from regiongate.store.exemptions import Corrections
from regiongate.store.notices import NOTICE, Notices, NoticeState
from tests.support.cases import (
    BLOCK,
    CHINESE,
    FRENCH,
    TABLE,
    WARN,
    desk_of,
    know,
    policy,
    saw,
    see,
    sees,
)

DAY = timedelta(days=1)


def taken(
    database: Database, at: datetime, of: Policy | None = None, tables: Sequence[SourceTable] = ()
) -> Turned:
    """A turn that was taken."""
    of = of or policy()
    return turn(database.writing, of, tables or [TABLE], desk_of(of), at)


def delivered(database: Database, event: Event, at: datetime) -> None:
    """Let a server have taken every notice of an event that waits."""
    change = (
        sa.update(NOTICE)
        .where(NOTICE.c.event == event.value, NOTICE.c.state == NoticeState.READY.value)
        .values(
            state=NoticeState.ACCEPTED.value,
            due_at=None,
            attempts=1,
            begun_at=at,
            accepted_at=at,
            reply_code=250,
            reply="ok",
        )
    )
    with database.writing() as connection:
        connection.execute(change)


def state_of(database: Database, name: str) -> CaseState | None:
    """Where the newest case of an organization stands."""
    with database.reading() as connection:
        found = Cases(connection).latest_of(name)
    return None if found is None else found.state


def events_of(database: Database, name: str) -> list[tuple[str, str]]:
    """What an organization was, or is to be, told."""
    with database.reading() as connection:
        found = Notices(connection).where(NOTICE.c.organization == name)
        return [(one.event.value, one.state.value) for one in found]


def world(database: Database, at: datetime = WARN) -> None:
    """Acme calls from China, others from France, and one of whom the books know nothing too."""
    know(database, "acme", "other")
    see(
        database,
        saw("acme", CHINESE, "CN", at - DAY),
        saw("other", FRENCH, "FR", at - DAY, unsupported=0),
    )


def test_who_is_affected_gets_a_case_and_an_announcement(database: Database) -> None:
    """Only traffic from unsupported regions makes a case; the same turn again changes nothing."""
    world(database)
    first = taken(database, WARN)
    assert (first.found, first.notices) == (1, {Event.ANNOUNCEMENT: 1})
    assert state_of(database, "acme") is CaseState.FOUND
    assert state_of(database, "other") is None
    again = taken(database, WARN + DAY)
    assert (again.found, again.moved, again.notices) == (0, 0, {})


def test_nobody_is_told_before_the_measure_warns(database: Database) -> None:
    """While the measure observes cases are found, and nobody is written to."""
    world(database, WARN - 3 * DAY)
    found = taken(database, WARN - 2 * DAY)
    assert (found.found, found.notices) == (1, {})


def test_the_whole_life_until_the_block(database: Database) -> None:
    """Announcement, a reminder a week and a day ahead, and the day itself, each told once."""
    world(database)
    taken(database, WARN)
    delivered(database, Event.ANNOUNCEMENT, WARN)
    assert taken(database, WARN + DAY).moved == 1
    assert state_of(database, "acme") is CaseState.NOTICED
    assert taken(database, BLOCK - 8 * DAY).notices == {}
    assert taken(database, BLOCK - 7 * DAY).notices == {Event.REMINDER: 1}
    delivered(database, Event.REMINDER, BLOCK - 7 * DAY)
    assert taken(database, BLOCK - 6 * DAY).notices == {}
    assert state_of(database, "acme") is CaseState.REMINDED
    assert taken(database, BLOCK - DAY).notices == {Event.REMINDER: 1}
    last = taken(database, BLOCK)
    assert (last.restricted, last.notices) == (1, {Event.ON_THE_DAY: 1})
    assert taken(database, BLOCK + DAY).notices == {}
    assert [event for event, _ in events_of(database, "acme")] == [
        *("announcement", "reminder", "reminder", "on-the-day")
    ]


def test_who_hears_late_is_not_reminded_at_once(database: Database) -> None:
    """Who was told two days ahead gets no reminder of a week ahead, and one of a day ahead."""
    late = BLOCK - 2 * DAY
    world(database, late)
    assert taken(database, late).notices == {Event.ANNOUNCEMENT: 1}
    delivered(database, Event.ANNOUNCEMENT, late)
    assert taken(database, late + timedelta(hours=1)).notices == {}
    assert taken(database, BLOCK - DAY).notices == {Event.REMINDER: 1}


def test_who_is_found_after_the_date_is_told_of_the_day(database: Database) -> None:
    """After the block there is nothing to announce: what holds already is told."""
    world(database, BLOCK + 3 * DAY)
    found = taken(database, BLOCK + 3 * DAY)
    assert (found.found, found.restricted, found.notices) == (1, 1, {Event.ON_THE_DAY: 1})


def test_without_a_contact_the_case_is_loud(database: Database) -> None:
    """Whom nobody can write to is restricted all the same, and a person must look at it."""
    see(database, saw("nobody", CHINESE, "CN", WARN))
    assert taken(database, WARN).notices == {}
    with database.reading() as connection:
        case = Cases(connection).open_of("nobody")
    assert case is not None
    assert "no contact" in str(case.loud)
    assert taken(database, BLOCK).restricted == 1


@pytest.mark.parametrize("cause", ["list-changed", "sources-changed", "traffic-ended"])
def test_what_ends_releases(database: Database, cause: str) -> None:
    """A case whose reason is gone is released, and the organization is told which reason."""
    world(database)
    taken(database, WARN)
    delivered(database, Event.ANNOUNCEMENT, WARN)
    taken(database, WARN + DAY)
    at, of, tables = WARN + 2 * DAY, policy(), [TABLE]
    if cause == "list-changed":
        change = ListChange("add", "CN", "opened", None, None, None)
        changes = (*of.supported.changes, change)
        of = replace(of, supported=replace(of.supported, changes=changes))
    elif cause == "sources-changed":
        tables = [sees({CHINESE: "FR"})]
    else:
        at = WARN + 60 * DAY
    found = taken(database, at, of, tables)
    assert (found.released, found.notices) == (1, {Event.RELEASED: 1})
    assert state_of(database, "acme") is CaseState.RELEASED
    with database.reading() as connection:
        notices = [*Notices(connection).where(NOTICE.c.event == Event.RELEASED.value)]
    assert cause in notices[0].told
    assert taken(database, at + DAY, of, tables).notices == {}


def test_what_was_not_sent_is_cancelled_on_release(database: Database) -> None:
    """Nobody hears of a block that does not concern them any more, nor of its end."""
    world(database)
    taken(database, WARN)
    found = taken(database, WARN + DAY, tables=[sees({CHINESE: "FR"})])
    assert (found.released, found.notices) == (1, {})
    assert events_of(database, "acme") == [("announcement", "cancelled")]


def test_who_comes_back_gets_a_new_case(database: Database) -> None:
    """A released organization that is seen again is found again."""
    world(database)
    taken(database, WARN)
    taken(database, WARN + DAY, tables=[sees({CHINESE: "FR"})])
    again = taken(database, WARN + 2 * DAY)
    assert (again.found, again.notices) == (1, {Event.ANNOUNCEMENT: 1})


def test_who_is_exempt_by_the_policy_gets_no_case(database: Database) -> None:
    """The policy's own exemptions count until they expire."""
    world(database)
    exempt = (PolicyExemption("acme", "why", "who", WARN + DAY),)
    assert taken(database, WARN, policy(exemptions=exempt)).found == 0
    assert taken(database, WARN + DAY, policy(exemptions=exempt)).found == 1


def test_a_proposal_is_not_released_because_traffic_ended(database: Database) -> None:
    """That nothing comes any more says little of an account under proposal: a person looks."""
    world(database, BLOCK)
    taken(database, BLOCK)
    with database.writing() as connection:
        cases = Cases(connection)
        case = cases.open_of("acme")
        assert case is not None
        cases.take(case, Step.PROPOSE, BLOCK + DAY, "ann", "evidence")
    found = taken(database, BLOCK + 60 * DAY)
    assert (found.released, found.loud) == (0, 1)


def test_a_rehearsal_keeps_nothing(database: Database) -> None:
    """A rehearsed turn says what would be done, and the next one still does it."""
    world(database)
    with transactions(database, rehearsed=True) as transaction:
        told = turn(transaction, policy(), [TABLE], desk_of(policy()), WARN)
    assert (told.found, told.notices) == (1, {Event.ANNOUNCEMENT: 1})
    assert state_of(database, "acme") is None
    assert taken(database, WARN) == told


def test_report_only_restricts_nobody(database: Database) -> None:
    """Where the policy only reports, the day of the block changes nothing."""
    world(database)
    taken(database, WARN)
    found = taken(database, BLOCK, policy(report_only=True))
    assert (found.restricted, found.notices) == (0, {})


def test_a_policy_without_rules_is_refused(database: Database) -> None:
    """Nobody is told of anything that the policy does not say."""
    bare = policy(cases=None)
    with pytest.raises(CannotRun, match="add its section `cases`"):
        turn(database.writing, bare, [TABLE], desk_of(policy()), WARN)


def test_a_correction_counts_at_once(database: Database) -> None:
    """What was decided about a network wins over the sources, and releases who was found by it."""
    world(database)
    assert taken(database, WARN).found == 1
    where = Correction("c-1", ip_network(CHINESE), "FR", "geofeed", "bob", WARN, None)
    with database.writing() as connection:
        Corrections(connection).grant(where, "acme")
    found = taken(database, WARN + DAY)
    assert (found.found, found.released) == (0, 1)


def test_a_reminder_comes_though_nobody_reconciled_meanwhile(database: Database) -> None:
    """What counts is when a server took the announcement, not when somebody looked at it."""
    world(database)
    taken(database, WARN)
    delivered(database, Event.ANNOUNCEMENT, WARN)
    late = taken(database, BLOCK - 3 * DAY)
    assert (late.moved, late.notices) == (1, {Event.REMINDER: 1})
