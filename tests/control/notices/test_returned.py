"""Bounces: a contact turns bad and a case loud, once, and the next contact gets the notice."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from regiongate.control.notices import rounds
from regiongate.control.notices.returned import Meaning, Returned, hear
from regiongate.control.notices.told import Told
from regiongate.domain.audit import Tag
from regiongate.domain.case import Step
from regiongate.domain.contact import Contact
from regiongate.domain.notice import Event, Release, ReleaseCause
from regiongate.domain.profile import Profile, ProfileContact
from regiongate.notify.bounces.read import read
from regiongate.store.bounces import Bounces
from regiongate.store.cases import Cases
from regiongate.store.database import Database
from regiongate.store.notices import KeptNotice, Notices, NoticeState
from regiongate.store.organizations import Organizations
from regiongate.store.outbox import Answer, Becomes, Outbox
from tests.support.cases import BLOCK, SENDER, WARN, desk_of, policy
from tests.support.desks import opened, write
from tests.support.reports import report

LATER = WARN + timedelta(hours=1)
ACCEPTED = Answer("end", "accepted", 250, "ok", "4F1B2C")
LOST = Answer("end", "unknown", None, "timed out")


def _sent(database: Database, answer: Answer = ACCEPTED, contacts: str = "ab") -> str:
    """The announcement of acme, which a relay took, or of which nobody knows."""
    known = tuple(
        ProfileContact(Contact(f"{name}@acme.example", "en"), verified=True) for name in contacts
    )
    with database.writing() as connection:
        Organizations(connection).put([Profile("acme", "Acme", None, known)], WARN)
    cases = opened(database, "acme")
    with database.writing() as connection:
        [notice] = write(connection, cases)
    _take(database, answer)
    return notice


def _take(database: Database, answer: Answer = ACCEPTED) -> None:
    state = NoticeState.ACCEPTED if answer is ACCEPTED else NoticeState.UNKNOWN
    with database.writing() as connection:
        outbox = Outbox(connection, "regiongate")
        claimed = outbox.claim(f"claim at {id(answer)}", LATER)
        assert claimed is not None
        assert outbox.begin_end(claimed, WARN)
        assert outbox.settle(claimed, WARN, answer, Becomes(state))


def _hear(database: Database, folder: Path, *mails: bytes) -> Returned:
    for number, mail in enumerate(mails):
        (folder / f"{number}.eml").write_bytes(mail)
    with database.writing() as connection:
        return hear(connection, read(folder, SENDER), LATER, "regiongate")


def _go_on(database: Database) -> list[str]:
    with database.writing() as connection:
        return rounds.go_on(connection, desk_of(policy()), LATER)


def _all(database: Database) -> list[KeptNotice]:
    with database.reading() as connection:
        return list(Notices(connection).where())


def _loud(database: Database) -> str | None:
    with database.reading() as connection:
        return next(Cases(connection).where()).loud


def _tags(database: Database) -> list[str]:
    with database.reading() as connection:
        return list(
            connection.exec_driver_sql("SELECT tag FROM audit_event ORDER BY number").scalars()
        )


def test_a_permanent_failure(database: Database, tmp_path: Path) -> None:
    """The contact is bad, the case loud, and the notice no delivered one any more."""
    notice = _sent(database)
    found = _hear(database, tmp_path, report(notice, "a@acme.example"))
    assert found.counts == {Meaning.BOUNCED: 1}
    with database.reading() as connection:
        bad = [one.bad_reason for one in Organizations(connection).contacts("acme")]
        [kept] = Notices(connection).where()
        assert Notices(connection).accepted(kept.case, Event.ANNOUNCEMENT) is None
        [reported] = Bounces(connection).of(notice)
    assert bad == ["mail came back (5.1.1)", None]
    assert kept.bounced_at == LATER
    assert reported.recognized == "envelope-id"
    assert _loud(database) == f"notice {notice}: mail came back (5.1.1)"


def test_reading_again_changes_nothing(database: Database, tmp_path: Path) -> None:
    """A mailbox that is read twice, or a second report, is heard once."""
    notice = _sent(database)
    mails = [report(notice, "a@acme.example", number=number) for number in range(2)]
    assert _hear(database, tmp_path, *mails).counts == {Meaning.BOUNCED: 1, Meaning.NOTED: 1}
    assert len(_go_on(database)) == 1
    before = _all(database), _loud(database), _tags(database)
    assert _hear(database, tmp_path, *mails).counts == {Meaning.KNOWN: 2}
    assert _go_on(database) == []
    assert (_all(database), _loud(database), _tags(database)) == before
    assert before[2].count(Tag.NOTICE_BOUNCED) == before[2].count(Tag.CONTACT_BAD) == 1


def test_the_next_contact_gets_it(database: Database, tmp_path: Path) -> None:
    """The next round goes to the next contact; when none is left, the case says so."""
    first = _sent(database)
    _hear(database, tmp_path, report(first, "a@acme.example"))
    [second] = _go_on(database)
    found = {one.id: one for one in _all(database)}[second]
    assert (found.round, found.follows, found.address) == (2, first, "b@acme.example")
    assert found.occasion == ""
    _take(database)
    _hear(database, tmp_path, report(second, "b@acme.example"))
    assert _go_on(database) == []
    assert "no contact to which mail arrives" in str(_loud(database))
    for _ in range(2):
        assert _go_on(database) == []
    assert str(_loud(database)).count("no contact") == 1


def test_facts_of_a_decision_go_along(database: Database, tmp_path: Path) -> None:
    """The next round tells the same facts, such as the cause of a release."""
    _sent(database)
    told = Told(Event.RELEASED, release=Release(ReleaseCause.LIST_CHANGED, WARN))
    with database.writing() as connection:
        [case] = Cases(connection).where()
        released = Cases(connection).take(case, Step.RELEASE, WARN, "ann", "the list")
        [notice] = write(connection, [released], told)
    _take(database)
    _hear(database, tmp_path, report(notice, "a@acme.example"))
    [second] = _go_on(database)
    found = {one.id: one for one in _all(database)}
    assert found[second].told == found[notice].told
    assert found[second].event is Event.RELEASED


def test_what_is_past_is_not_told_again(database: Database, tmp_path: Path) -> None:
    """An announcement that comes back after the date of the block goes to nobody else."""
    notice = _sent(database)
    _hear(database, tmp_path, report(notice, "a@acme.example"))
    with database.writing() as connection:
        assert rounds.go_on(connection, desk_of(policy()), BLOCK) == []
    assert len(_all(database)) == 1


@pytest.mark.parametrize(("action", "status"), [("delayed", "4.4.1"), ("delivered", "2.0.0"),
                                                ("failed", "4.4.7")])  # fmt: skip
def test_other_reports_are_noted(
    database: Database, tmp_path: Path, action: str, status: str
) -> None:
    """A delay, a delivery or a transient failure makes nobody bad."""
    notice = _sent(database)
    mail = report(notice, "a@acme.example", action=action, status=status)
    assert _hear(database, tmp_path, mail).counts == {Meaning.NOTED: 1}
    assert _loud(database) is None
    assert _all(database)[0].bounced_at is None


@pytest.mark.parametrize("envelope", [True, False])
@pytest.mark.parametrize("action", ["delivered", "failed"])
def test_a_report_settles_what_was_unknown(
    database: Database, tmp_path: Path, action: str, envelope: bool
) -> None:
    """Whoever reports on a letter has had it, so the relay took it."""
    notice = _sent(database, LOST)
    status = "5.1.1" if action == "failed" else "2.0.0"
    mail = report(notice, "a@acme.example", action=action, status=status, envelope=envelope)
    _hear(database, tmp_path, mail)
    [kept] = _all(database)
    assert (kept.state, kept.settled_by) == (NoticeState.ACCEPTED, "regiongate")
    assert (kept.bounced_at is not None) is (action == "failed")


def test_whoever_knows_no_id_changes_nothing(database: Database, tmp_path: Path) -> None:
    """A report on an address alone, or on a notice that is not ours, could be anybody's."""
    _sent(database)
    alone = report("nonsense id", "a@acme.example", envelope=False)
    foreign = report("n" + "0" * 32, "a@acme.example")
    found = _hear(database, tmp_path, alone, foreign)
    assert found.counts == {Meaning.NO_NOTICE: 1, Meaning.FOREIGN: 1}
    with database.reading() as connection:
        assert all(one.bad_since is None for one in Organizations(connection).contacts("acme"))


def test_too_early(database: Database, tmp_path: Path) -> None:
    """A report that comes before the answer is taken in when it is read again."""
    notice = _sent(database)
    with database.writing() as connection:
        connection.exec_driver_sql(
            "UPDATE notice SET state = 'sending', claim = 'c', claimed_at = accepted_at,"
            " ended_at = accepted_at, accepted_at = NULL"
        )
    mail = report(notice, "a@acme.example")
    assert _hear(database, tmp_path, mail).counts == {Meaning.TOO_EARLY: 1}
    with database.writing() as connection:
        connection.exec_driver_sql(
            "UPDATE notice SET state = 'accepted', accepted_at = claimed_at, claim = NULL,"
            " claimed_at = NULL, ended_at = NULL"
        )
    assert _hear(database, tmp_path, mail).counts == {Meaning.BOUNCED: 1}
