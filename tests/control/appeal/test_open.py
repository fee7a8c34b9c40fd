"""Opening appeals: by the link, by a person, once at a time, and again when something is new."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from regiongate.control.appeal.decide import Ruling, deny
from regiongate.control.appeal.evidence import Upload
from regiongate.control.appeal.open import open_by_link, open_for, reopen_for
from regiongate.control.appeal.overdue import loud_when_overdue
from regiongate.control.appeal.sent import view_by_link
from regiongate.control.appeal.statement import statement
from regiongate.control.links.appeal import BadLink
from regiongate.domain.appeal import REOPEN_WITHIN, AppealState
from regiongate.domain.audit import Tag
from regiongate.domain.case import CaseState, NotAllowed, Step
from regiongate.domain.errors import CannotRun
from regiongate.store.appeals import Appeals
from regiongate.store.database import Database
from tests.support.appeals import (
    AT,
    DAY,
    FEED,
    appeal_now,
    appealed,
    case_now,
    restricted,
    sitting,
    step,
    token,
    told,
    trail,
)
from tests.support.cases import SECRET

TEXT = statement("The book is wrong.")


def test_a_link_opens_an_appeal(database: Database) -> None:
    """The text, the files and the network are kept, the clock runs, and the organization hears."""
    case = restricted(database)
    said = statement("Café\r\nin Paris", [Upload("a.csv", FEED)], "me@acme.example", "20.0.1.77")
    with sitting(database) as found:
        opened = open_by_link(found, token(case), SECRET, said)
    appeal = appeal_now(database, opened.appeal.id)
    assert opened.new and appeal == opened.appeal
    assert (appeal.text, appeal.mail, str(appeal.network)) == (
        "Café\nin Paris",
        "me@acme.example",
        "20.0.1.0/24",
    )
    assert (appeal.opened_by, appeal.state) == ("organization", AppealState.OPEN)
    assert appeal.due == AT + found.desk.rules.appeal_within
    assert case_now(database, case).appeal == appeal.id
    assert told(database) == [("appeal-received", appeal.id)]
    with database.reading() as connection:
        [file] = Appeals(connection).files(appeal.id)
        assert Appeals(connection).content(appeal.id, file.number) == FEED
    [(tag, actor, detail)] = trail(database, Tag.APPEAL_OPENED)
    assert (tag, actor) == ("appeal:opened", "organization")
    assert "acme.example" not in detail and "20.0.1" not in detail and file.digest in detail


def test_opened_again_it_is_the_same(database: Database) -> None:
    """Whoever follows the link again finds the open appeal, and nothing is doubled."""
    case = restricted(database)
    first = appealed(database, case)
    again = appealed(database, case, "Once more.", AT + DAY)
    assert (again.appeal.id, again.new) == (first.appeal.id, False)
    assert len(told(database)) == len(trail(database, Tag.APPEAL_OPENED)) == 1


def test_opened_at_once_it_is_one(database: Database) -> None:
    """Four who open it at the same moment open one appeal between them."""
    case = restricted(database)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: appealed(database, case), range(4)))
    assert sorted(one.new for one in found) == [False, False, False, True]
    assert len({one.appeal.id for one in found}) == 1
    assert len(told(database)) == 1


def test_a_link_of_another_case_is_refused(database: Database) -> None:
    """A token opens its own case only, also where a case with its number is another's now."""
    case = restricted(database)
    for one in (replace(case, organization="other"), replace(case, number=99)):
        with pytest.raises(BadLink, match="not there any more"), sitting(database) as found:
            open_by_link(found, token(one), SECRET, TEXT)
        with pytest.raises(BadLink, match="not there any more"), database.reading() as connection:
            view_by_link(connection, token(one), SECRET, AT)
    with pytest.raises(BadLink, match="was changed"), sitting(database) as found:
        open_by_link(found, "2" + token(case)[1:], SECRET, TEXT)
    assert told(database) == []


def test_the_link_shows_the_appeal(database: Database) -> None:
    """Whoever has the link reads what was said and what was answered, also once it is closed."""
    case = restricted(database)
    with database.reading() as connection:
        assert view_by_link(connection, token(case), SECRET, AT) is None
    appeal = appealed(database, case).appeal
    with sitting(database) as found:
        decided = deny(found, appeal.id, Ruling("bob", "No.")).appeal
    step(database, case_now(database, case), Step.RELEASE, AT)
    with database.reading() as connection:
        seen = view_by_link(connection, token(case), SECRET, AT)
    assert seen is not None and seen.appeal == decided


def test_an_open_appeal_holds_a_case(database: Database) -> None:
    """While it is open, a suspension cannot be proposed."""
    case = restricted(database)
    appealed(database, case)
    with pytest.raises(NotAllowed, match="under appeal"):
        step(database, case_now(database, case), Step.PROPOSE)


def test_a_closed_case_has_nothing_to_appeal(database: Database) -> None:
    """The link of a case that was released says so, and opens nothing."""
    case = step(database, restricted(database), Step.RELEASE)
    with pytest.raises(CannotRun, match="was closed on 2026-06-16: nothing is left"):
        appealed(database, case)


def test_a_denied_appeal_is_reopened_once(database: Database) -> None:
    """The link reopens a denied appeal once, within some days; then the decision is final."""
    case = restricted(database)
    first = appealed(database, case).appeal
    with sitting(database, AT + DAY) as found:
        deny(found, first.id, Ruling("bob", "The invoice is another's."))
    late = AT + DAY + REOPEN_WITHIN
    with pytest.raises(CannotRun, match="could be reopened until 2026-07-18"):
        appealed(database, case, at=late)
    again = appealed(database, case, "Here is ours.", late - DAY)
    assert again.new and again.appeal.reopened_of == first.id
    assert [row[0] for row in trail(database, Tag.APPEAL_REOPENED)] == ["appeal:reopened"]
    with sitting(database, late) as found:
        deny(found, again.appeal.id, Ruling("carla", "Still not yours."))
    with pytest.raises(CannotRun, match="was denied, and that is final: write to"):
        appealed(database, case, at=late + timedelta(minutes=1))


def test_what_is_new_can_be_appealed(database: Database) -> None:
    """After a final denial, a case that began anew can be appealed again; a reminder is not new."""
    case = restricted(database)
    first = appealed(database, case).appeal
    with sitting(database) as found:
        deny(found, first.id, Ruling("bob", "No."))
    exempt = step(database, case_now(database, case), Step.EXEMPT, AT, "bob")
    lapsed = step(database, exempt, Step.LAPSE, AT + DAY, "regiongate")
    second = appealed(database, lapsed, at=AT + 40 * DAY)
    assert second.new and second.appeal.reopened_of is None


def test_a_person_records_an_appeal(database: Database) -> None:
    """What came by mail is recorded in the name of an operator; a viewer may not."""
    case = restricted(database)
    with pytest.raises(CannotRun, match="vera is viewer"), sitting(database) as found:
        open_for(found, case.number, "vera", TEXT)
    with sitting(database) as found:
        appeal = open_for(found, case.number, "ann", TEXT).appeal
    assert (appeal.opened_by, appeal.network) == ("ann", None)
    with pytest.raises(CannotRun, match="is open: it need not"), sitting(database) as found:
        reopen_for(found, appeal.id, "ann", TEXT)
    with sitting(database) as found:
        deny(found, appeal.id, Ruling("bob", "No."))
    with sitting(database, AT + DAY) as found:
        assert reopen_for(found, appeal.id, "ann", TEXT).appeal.reopened_of == appeal.id
    with pytest.raises(CannotRun, match="there is no case 9"), sitting(database) as found:
        open_for(found, 9, "ann", TEXT)


def test_without_a_contact_the_case_is_loud(database: Database) -> None:
    """Nobody in the books is written to: the appeal is open all the same, and a person is asked."""
    case = restricted(database)
    with database.writing() as connection:
        connection.exec_driver_sql("DELETE FROM contact")
    opened = appealed(database, case)
    assert opened.new and told(database) == []
    assert "no contact" in str(case_now(database, case).loud)


def test_an_overdue_appeal_is_loud(database: Database) -> None:
    """Once its time is over the case is loud, once, until the appeal is decided."""
    case = restricted(database)
    appeal = appealed(database, case).appeal
    for at, count in ((appeal.due - DAY, 0), (appeal.due, 1), (appeal.due + DAY, 1)):
        with database.writing() as connection:
            assert len(loud_when_overdue(connection, at)) == count
    assert str(case_now(database, case).loud).count(appeal.id) == 1
    assert len(trail(database, Tag.CASE_LOUD)) == 1
    with sitting(database, appeal.due + DAY) as found:
        deny(found, appeal.id, Ruling("bob", "No."))
    assert case_now(database, case).loud is None
    assert case_now(database, case).state is CaseState.RESTRICTED
