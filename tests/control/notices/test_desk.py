"""The desk: from a case, the books and the sightings to a letter that is ready to be sent."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.policy import default

import pytest
import sqlalchemy as sa

from regiongate.control.links.appeal import read_link
from regiongate.control.notices import drafting
from regiongate.control.notices.desk import NO_CONTACT, NOTHING_SEEN, Desk, Told
from regiongate.control.notices.outlook import Due, Outlook, outlook
from regiongate.domain.appeal import AppealOutcome
from regiongate.domain.audit import Tag
from regiongate.domain.case import Case
from regiongate.domain.contact import Contact
from regiongate.domain.errors import CannotRun
from regiongate.domain.evidence import EvidenceKind
from regiongate.domain.exemption import Scope
from regiongate.domain.measure import Measure, Phase
from regiongate.domain.notice import (
    AppealDecision,
    AppealReceived,
    EndingExemption,
    Event,
    Release,
    ReleaseCause,
    Suspension,
)
from regiongate.domain.profile import Profile, ProfileContact
from regiongate.notify.letter import Letter
from regiongate.store.cases import Cases
from regiongate.store.database import Database
from regiongate.store.notices import KeptNotice, Notices, NoticeState
from regiongate.store.organizations import Organizations
from tests.support.cases import (
    BLOCK,
    CHINESE,
    DIVIDED,
    SECRET,
    WARN,
    desk_of,
    know,
    policy,
    saw,
    see,
)
from tests.support.desks import ANNOUNCED, announced, opened, write
from tests.support.profiles import key

DAY = timedelta(days=1)
LATER = WARN + DAY


def _one(database: Database, notice: str) -> tuple[KeptNotice, bytes]:
    with database.reading() as connection:
        found = Notices(connection).get(notice)
        assert found is not None
        return found, Notices(connection).message(notice)


def _text(message: bytes) -> str:
    part = message_from_bytes(message, policy=default).get_body(("plain",))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def _loud(database: Database, number: int) -> str | None:
    with database.reading() as connection:
        case = Cases(connection).get(number)
        assert case is not None
        return case.loud


def test_a_letter_says_what_was_seen(database: Database) -> None:
    """Networks, regions, first and last seen, share and key are those of the sightings."""
    profile = Profile(
        "acme",
        "Acme Ltd",
        None,
        (ProfileContact(Contact("it@acme.example", "en"), verified=True),),
        (key("secret", "sk-ab12"),),
    )
    with database.writing() as connection:
        Organizations(connection).put([profile], WARN)
    digest = key("secret").digest.hex()[:16]
    see(
        database,
        saw("acme", CHINESE, "CN", WARN, key=digest, requests=6, unsupported=6, disputed=0,
            warned=0, blocked=6),
        saw("acme", DIVIDED, "CN", WARN - DAY, key=None),
        saw("acme", "20.0.0.0/24", "FR", WARN, requests=90, unsupported=0, disputed=0,
            allowed=90, warned=0, blocked=0),
        saw("acme", "20.0.3.0/24", "KP", WARN - timedelta(days=400)),
        saw("other", "20.0.4.0/24", "IR", WARN),
    )  # fmt: skip
    [case] = opened(database, "acme", at=WARN + DAY)
    with database.writing() as connection:
        [notice] = write(connection, [case], at=WARN + DAY)
    _, message = _one(database, notice)
    text = _text(message)
    assert "API keys: sk-ab12…, SHA-256 0123456789abcdef…" in text
    assert "Networks: 20.0.1.0/24, 20.0.2.0/24\n" in text
    assert "Regions: China (CN)" in text
    assert "First seen: May 31, 2026, 12:00 (UTC, UTC+00:00)" in text
    assert "Last seen: June 2, 2026, 13:00" in text
    assert "Requests from there: 10 of 102 (9.8%)" in text
    assert "20.0.3.0" not in text
    assert "/.well-known/region-access" in text
    token = text.partition("/appeal?token=")[2].split()[0]
    assert read_link(token, SECRET, BLOCK).case == case.number


def test_a_notice_is_kept_as_it_is_sent(database: Database) -> None:
    """The row has the digest of the exact bytes, the Message-ID and what was asked for."""
    [notice] = announced(database, "acme")
    kept, message = _one(database, notice)
    assert kept.digest == hashlib.sha256(message).hexdigest()
    assert f"Message-ID: {kept.message_id}\r\n".encode() in message
    assert (kept.state, kept.due_at, kept.void_at) == (NoticeState.READY, WARN, BLOCK)
    assert (kept.address, kept.asked, kept.language) == ("it@acme.example", "en", "en")


def test_a_case_is_told_once(database: Database) -> None:
    """The same event and occasion is written once, another occasion is another notice."""
    know(database, "acme", "beta")
    cases = opened(database, "acme", "beta")
    with database.writing() as connection:
        assert len(write(connection, cases)) == 2
        assert write(connection, cases, at=LATER) == []
        week, day = Told(Event.REMINDER, "7d"), Told(Event.REMINDER, "1d")
        assert len(write(connection, cases, week)) == 2
        assert len(write(connection, cases, day)) == 2
        assert write(connection, cases, week) == []


def test_why_there_is_no_letter(database: Database) -> None:
    """Whoever gets none learns why: nobody to tell, told before, nothing to write, or too late."""
    know(database, "acme")
    cases = opened(database, "acme", "beta")
    desk = desk_of(policy())
    with database.writing() as connection:
        nobody = desk.compose(connection, [], ANNOUNCED, WARN)
        assert nobody.why_none == "no case is found, and announcement is for those"
        first = desk.compose(connection, cases, ANNOUNCED, WARN)
        assert (first.languages, first.why_none) == ({"en": 1}, None)
        assert [one.case.organization for one in first.troubles] == ["beta"]
        again = desk.compose(connection, cases, ANNOUNCED, WARN)
        assert (again.before, again.letters) == (1, ())
        assert again.why_none == "nothing can be written to those that were not told yet (1)"
        told = desk.look(connection, cases[:1], ANNOUNCED, WARN)
        assert told.why_none == "announcement was written before (1), and nobody is told twice"
        late = desk.look(connection, cases, Told(Event.REMINDER, "7d"), BLOCK)
        assert late.why_none is not None
        assert late.why_none.startswith("reminder is told ahead of the block, and that began 20")


def test_what_waits_is_counted_by_event_and_language(database: Database) -> None:
    """What is due, what waits, and what it is too late for."""
    announced(database, "acme", "beta")
    with database.reading() as connection:
        assert outlook(connection, WARN) == Outlook((Due(Event.ANNOUNCEMENT, "en", 2),), 2, 0)
        assert outlook(connection, BLOCK) == Outlook((), 0, 2)


def _looked(connection: sa.Connection, desk: Desk, cases: Sequence[Case]) -> list[Letter]:
    letters: list[Letter] = []
    desk.look(connection, cases, ANNOUNCED, WARN, letters.append)
    return letters


def test_ids_are_the_same_and_cannot_be_guessed(database: Database) -> None:
    """An id follows from the secret: a preview has the bytes of the letter, others have others."""
    know(database, "acme")
    cases = opened(database, "acme")
    desk = desk_of(policy())
    with database.writing() as connection:
        [previewed] = _looked(connection, desk, cases)
        composer = replace(desk.composer, secret=b"x" * 32)
        [other] = _looked(connection, replace(desk, composer=composer), cases)
        [notice] = write(connection, cases)
        assert Notices(connection).message(notice) == previewed.message
        assert other.notice != notice


def test_the_best_contact_is_written_to(database: Database) -> None:
    """Verified contacts come before the others, and one to which mail came back never."""
    contacts = tuple(
        ProfileContact(Contact(f"{name}@acme.example", "ru"), verified=name != "first")
        for name in ("first", "second", "third")
    )
    with database.writing() as connection:
        Organizations(connection).put([Profile("acme", "Acme", None, contacts)], WARN)
        Organizations(connection).mark_bad("acme", "second@acme.example", WARN, "5.1.1")
    [case] = opened(database, "acme")
    with database.writing() as connection:
        [notice] = write(connection, [case])
    kept, _ = _one(database, notice)
    assert (kept.address, kept.language) == ("third@acme.example", "ru")


def test_nobody_to_write_to(database: Database) -> None:
    """A case without a usable contact becomes loud, once, and the others are written to."""
    know(database, "acme", "bad")
    with database.writing() as connection:
        Organizations(connection).mark_bad("bad", "it@bad.example", WARN, "5.1.1")
    cases = opened(database, "acme", "bad", "unknown")
    for _ in range(2):
        with database.writing() as connection:
            write(connection, cases)
    with database.reading() as connection:
        assert [one.organization for one in Notices(connection).where()] == ["acme"]
    assert [_loud(database, case.number) for case in cases] == [None, NO_CONTACT, NO_CONTACT]


def test_nothing_to_tell_of(database: Database) -> None:
    """Where the sightings show nothing that could be named, nothing is told, and somebody looks."""
    know(database, "acme")
    [case] = opened(database, "acme")
    long_after = BLOCK + timedelta(days=300)
    with database.writing() as connection:
        assert write(connection, [case], Told(Event.ON_THE_DAY), long_after) == []
    assert _loud(database, case.number) == NOTHING_SEEN


def test_places_of_today_count(database: Database) -> None:
    """What is unsupported today is told even where it was supported when it was seen."""
    know(database, "acme")
    allowed = {"requests": 5, "unsupported": 0, "disputed": 0, "allowed": 5}
    none = {"warned": 0, "blocked": 0}
    see(database, saw("acme", "20.0.9.0/24", "FR", WARN, **allowed, **none))
    [case] = opened(database, "acme")
    places = {("20.0.9.0/24", "FR")}
    with database.writing() as connection:
        [notice] = desk_of(policy()).write(connection, [case], ANNOUNCED, WARN, places=places)
    text = _text(_one(database, notice)[1])
    assert "Networks: 20.0.9.0/24\n" in text
    assert "Requests from there: 5 of 8" in text


def test_nothing_ahead_of_a_date_that_has_come(database: Database) -> None:
    """Announcements and reminders are not written from the date of the block on."""
    know(database, "acme")
    cases = opened(database, "acme")
    with database.writing() as connection:
        for told in (ANNOUNCED, Told(Event.REMINDER, "7d")):
            assert write(connection, cases, told, BLOCK) == []
        assert write(connection, cases, ANNOUNCED, BLOCK - timedelta(seconds=1))


def test_two_desks_at_once(database: Database) -> None:
    """Whoever writes the same notices at the same time writes each of them once between them."""
    names = [f"o{number}" for number in range(20)]
    know(database, *names)
    cases = opened(database, *names)

    def one(_: int) -> int:
        with database.writing() as connection:
            return len(write(connection, cases))

    with ThreadPoolExecutor(3) as pool:
        assert sorted(pool.map(one, range(3))) == [0, 0, 20]


def test_letters_are_the_same_wherever_they_are_composed(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many letters are composed in other processes, with the same bytes and in the same order."""
    names = [f"o{number}" for number in range(3)]
    know(database, *names)
    cases = opened(database, *names)
    desk = desk_of(policy())
    with database.reading() as connection:
        here = _looked(connection, desk, cases)
        assert len(here) == 3
        monkeypatch.setattr(drafting, "MANY", 1)
        assert _looked(connection, desk, cases) == here


def test_every_event_can_be_told(database: Database) -> None:
    """Each event becomes a letter from the facts that belong to it."""
    know(database, "acme")
    cases = opened(database, "acme")
    kinds = (EvidenceKind.TRAFFIC, EvidenceKind.BILLING)
    suspension = Suspension(kinds, BLOCK)
    appeal = AppealReceived("a-1", WARN, BLOCK)
    decision = AppealDecision(AppealOutcome.DENIED, WARN, "No.", None, may_reopen=True)
    release = Release(ReleaseCause.REVIEW, WARN)
    exemption = EndingExemption(Scope.ORGANIZATION, None, BLOCK)
    for told in (
        ANNOUNCED,
        Told(Event.REMINDER),
        Told(Event.ON_THE_DAY),
        Told(Event.SUSPENSION_PROPOSED, suspension=suspension),
        Told(Event.SUSPENDED, suspension=suspension),
        Told(Event.APPEAL_RECEIVED, "a-1", appeal=appeal),
        Told(Event.APPEAL_DECIDED, "a-1", appeal=appeal, decision=decision),
        Told(Event.EXEMPTION_ENDING, "e-1", exemption=exemption),
        Told(Event.RELEASED, release=release),
    ):
        with database.writing() as connection:
            assert len(write(connection, cases, told)) == 1, told.event


def test_letters_of_a_case_are_a_thread(database: Database) -> None:
    """A later letter refers to those that a server has taken."""
    [first] = announced(database, "acme")
    with database.writing() as connection:
        change = "UPDATE notice SET state = 'accepted', due_at = NULL, accepted_at = composed_at,"
        connection.exec_driver_sql(f"{change} settled_by = 'ann', why = 'said so'")
        cases = list(Cases(connection).where())
        [second] = write(connection, cases, Told(Event.REMINDER))
    kept, message = _one(database, second)
    assert f"In-Reply-To: <{first}@example.com>\r\n".encode() in message
    assert kept.round == 1


def test_one_that_cannot_be_written_keeps_no_other_waiting(database: Database) -> None:
    """A region that has no name makes its case loud; the next case is written to."""
    know(database, "acme", "beta")
    see(database, saw("acme", "20.0.8.0/24", "A1", WARN))
    cases = opened(database, "acme", "beta")
    with database.writing() as connection:
        assert len(write(connection, cases)) == 1
    assert "A1 is no region that has a name" in str(_loud(database, cases[0].number))


def test_a_notice_is_in_the_trail(database: Database) -> None:
    """The event names notice and case, and holds no mail address."""
    [notice] = announced(database, "acme")
    with database.reading() as connection:
        rows = connection.exec_driver_sql(
            "SELECT tag, detail FROM audit_content JOIN audit_event USING (number)"
        ).all()
    [detail] = [said for tag, said in rows if tag == Tag.NOTICE_COMPOSED]
    assert notice in detail
    assert "@" not in detail


def test_a_policy_without_what_is_needed(database: Database) -> None:
    """Without rules for cases there is no desk, and without a date nothing is told of one."""
    with pytest.raises(CannotRun, match="add its section `cases`"):
        desk_of(policy(cases=None))
    without = desk_of(policy(measure=Measure("UTC", ((Phase.WARN, WARN),))))
    with (
        pytest.raises(CannotRun, match=r"add `measure\.block`"),
        database.writing() as connection,
    ):
        without.write(connection, [], ANNOUNCED, WARN)


def test_a_case_is_quiet_once_it_is_written_to(database: Database) -> None:
    """That nobody could be written to is over when somebody is."""
    know(database)
    cases = opened(database, "acme")
    with database.writing() as connection:
        assert write(connection, cases) == []
    with database.reading() as connection:
        assert "no contact" in str(next(Cases(connection).where()).loud)
    know(database, "acme")
    with database.writing() as connection:
        assert len(write(connection, cases)) == 1
    with database.reading() as connection:
        assert next(Cases(connection).where()).loud is None
