"""The overview and the lists beside it, over a small store."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest

from regiongate.control.appeal.page import appeals
from regiongate.control.audit.page import events
from regiongate.control.grant.page import exemptions
from regiongate.control.notices.page import notices
from regiongate.control.overview import Attention, attention, cases_by_state, notices_by_state
from regiongate.domain.appeal import Appeal, AppealState
from regiongate.domain.case import CaseState
from regiongate.domain.exemption import Exemption, Scope
from regiongate.domain.notice import Event
from regiongate.store.appeals import Appeals
from regiongate.store.audit import EVERYTHING, Which
from regiongate.store.cases import Cases
from regiongate.store.database import Database
from regiongate.store.exemptions import Exemptions
from regiongate.store.notice_tables import NoticeState
from tests.support.cases import WARN
from tests.support.desks import announced
from tests.support.listings import leafed
from tests.support.stores import database, postgresql, store_url

__all__ = ["database", "postgresql", "store_url"]

DUE = WARN + timedelta(days=14)


@pytest.fixture
def three(database: Database) -> Database:
    """Three cases with announcements, one of them loud and under appeal; two exemptions."""
    announced(database, "acme", "globex", "initech")
    with database.writing() as connection:
        cases = Cases(connection)
        case = cases.get(1)
        assert case is not None
        cases.be_loud(1, "look at it")
        Appeals(connection).open(
            Appeal(
                *("appeal-1", 1, case.organization, AppealState.OPEN, case.steps, "we", None),
                *(None, WARN, "organization", DUE),
            ),
            (),
        )
        for name, days in (("acme", 7), ("globex", 70)):
            until = WARN + timedelta(days=days)
            of = (f"exemption-{name}", Scope.ORGANIZATION, name, None, None, "yes", "bob", WARN)
            Exemptions(connection).grant(Exemption(*of, until, holder=name))
    return database


@pytest.mark.parametrize(("at", "overdue"), [(WARN, 0), (DUE, 1)])
def test_what_waits_is_counted(three: Database, at: object, overdue: int) -> None:
    """Each thing that waits for a person is counted once."""
    with three.reading() as connection:
        when = WARN if overdue == 0 else DUE
        found = attention(connection, when, when + timedelta(days=14))
        assert found == Attention(1, 1, overdue, 1 - overdue, 3, 0, 0, 0)
        assert cases_by_state(connection) == {
            state: 3 if state is CaseState.FOUND else 0 for state in CaseState
        }
        assert notices_by_state(connection)[NoticeState.READY] == 3


def test_lists_are_leafed_through(three: Database) -> None:
    """Notices, appeals and exemptions come page by page, and only those asked for."""
    with three.reading() as connection:
        c = connection
        assert len(leafed(lambda asked: notices(c, NoticeState.READY, asked=asked))) == 3
        assert len(leafed(lambda asked: notices(c, event=Event.ANNOUNCEMENT, asked=asked))) == 3
        assert notices(c, NoticeState.UNKNOWN).rows == notices(c, bounced=True).rows == ()
        [one] = leafed(lambda asked: appeals(c, AppealState.OPEN, asked=asked))
        assert (one.case, one.due, one.again) == (1, DUE, False)
        assert appeals(c, due_before=DUE).rows == ()
        found = leafed(lambda asked: exemptions(c, lasting=True, asked=asked), 1)
        assert [one.id for one in found] == ["exemption-globex", "exemption-acme"]
        [soon] = exemptions(c, "acme", expires_before=DUE).rows
        assert soon.organization == "acme"


@pytest.mark.parametrize(
    ("which", "count"),
    [
        (EVERYTHING, 5),
        (Which(tags=("exemption:granted",)), 2),
        (Which(tags=("notice:composed", "exemption:granted", "notice:composed")), 5),
        (Which(actor="bob", tags=("exemption:granted", "notice:composed")), 2),
        (Which(organization="acme"), 2),
        (Which(since=WARN, until=DUE), 5),
        (Which(since=DUE), 0),
    ],
    ids=str,
)
def test_events_are_leafed_through(three: Database, which: Which, count: int) -> None:
    """The newest event comes first, whatever is asked for, each once."""
    with three.reading() as connection:
        found = leafed(partial(events, connection, which), 2)
    numbers = [one.number for one in found]
    assert numbers == sorted(set(numbers), reverse=True)
    assert len(found) >= count
