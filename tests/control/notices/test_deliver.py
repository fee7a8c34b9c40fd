"""Delivering to a real server that refuses, drops, is slow, or says nothing."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from regiongate.control.notices import rounds
from regiongate.control.notices.deliver import Patience, recover
from regiongate.control.notices.send import send_due
from regiongate.domain.contact import Contact
from regiongate.domain.notice import Event
from regiongate.domain.profile import Profile, ProfileContact
from regiongate.notify.schedule import Schedule
from regiongate.store.cases import Cases
from regiongate.store.database import Database
from regiongate.store.notices import Attempt, KeptNotice, Notices, NoticeState
from regiongate.store.organizations import Organizations
from regiongate.store.outbox import Claimed, Outbox
from tests.support.cases import BLOCK, WARN, desk_of, policy
from tests.support.desks import announced, opened, write
from tests.support.postman import HOUR, delivery_of
from tests.support.smtp import MailServer, Plan, mail_server

MINUTE = timedelta(minutes=1)


@pytest.fixture(name="server")
def _server(tmp_path: Path) -> Iterator[MailServer]:
    with mail_server(tmp_path) as server:
        yield server


def _deliver(
    database: Database, server: MailServer, at: datetime = WARN, workers: int = 1
) -> KeptNotice:
    """Send what is due; the first notice afterwards."""
    send_due(delivery_of(database, at), server.relay(), "example.com", workers)
    return _first(database)


def _first(database: Database) -> KeptNotice:
    with database.reading() as connection:
        return next(Notices(connection).where())


def _attempts(database: Database, notice: str) -> list[Attempt]:
    with database.reading() as connection:
        return Notices(connection).attempts(notice)


def _loud(database: Database) -> str | None:
    with database.reading() as connection:
        case = next(Cases(connection).where())
        return case.loud


def _claim(database: Database, at: datetime, claim: str = "one") -> Claimed:
    with database.writing() as connection:
        found = Outbox(connection, "regiongate").claim(claim, at)
        assert found is not None
        return found


def test_an_accepted_notice(database: Database, server: MailServer) -> None:
    """The server has the exact bytes; its answer, queue id and instant are kept."""
    [notice] = announced(database, "acme")
    found = _deliver(database, server)
    assert (found.state, found.reply_code, found.queue_id) == ("accepted", 250, "4F1B2C")
    assert found.accepted_at is not None
    assert WARN <= found.accepted_at < WARN + MINUTE
    [envelope] = server.accepted
    with database.reading() as connection:
        notices = Notices(connection)
        assert envelope.content == notices.message(notice)
        assert notices.accepted(found.case, Event.ANNOUNCEMENT) == (notice, found.accepted_at)
        assert notices.accepted(found.case, Event.REMINDER) is None
    [attempt] = _attempts(database, notice)
    assert (attempt.number, attempt.stage, attempt.fate) == (1, "end", "accepted")
    assert _loud(database) is None


@pytest.mark.parametrize(
    "plan",
    [Plan("banner", "451"), Plan("ehlo", "drop"), Plan("rcpt", "450"), Plan("data", "slow"),
     Plan("text", "reset"), Plan("end", "451"), Plan("mail", "421")],
    ids=lambda plan: f"{plan.stage}-{plan.how}",
)  # fmt: skip
def test_trouble_for_now_is_tried_again(database: Database, server: MailServer, plan: Plan) -> None:
    """What was refused for now or not sent is due after the schedule's wait, and not before."""
    [notice] = announced(database, "acme")
    server.plans = [plan, plan] if plan.how == "421" else [plan]
    found = _deliver(database, server)
    assert (found.state, found.attempts) == (NoticeState.READY, 1)
    assert found.due_at is not None
    assert WARN + 5 * MINUTE <= found.due_at < WARN + 6 * MINUTE
    server.plans = []
    assert _deliver(database, server, WARN + 4 * MINUTE).attempts == 1
    again = _deliver(database, server, WARN + 6 * MINUTE)
    assert (again.state, again.attempts) == (NoticeState.ACCEPTED, 2)
    assert [one.number for one in _attempts(database, notice)] == [1, 2]
    assert len(server.accepted) == 1
    assert _loud(database) is None


def test_giving_up(database: Database, server: MailServer) -> None:
    """After the schedule's days a notice is given up, and the case is loud; a person can begin
    anew.
    """
    [notice] = announced(database, "acme")
    server.plans = [Plan("banner", "451")] * 100
    at, schedule = WARN, Schedule(give_up=timedelta(hours=12))
    for _ in range(20):
        send_due(delivery_of(database, at, schedule=schedule), server.relay(), "example.com")
        due = _first(database).due_at
        if due is None:
            break
        at = due
    found = _first(database)
    assert found.state is NoticeState.GIVEN_UP
    assert found.why == f"not accepted in {found.attempts} attempts"
    assert at - WARN <= timedelta(hours=12)
    assert f"notice {notice} was never accepted" in str(_loud(database))
    with database.writing() as connection:
        assert Outbox(connection, "ann").send_again(notice, at, "the relay was down")
    server.plans = []
    assert _deliver(database, server, at).state is NoticeState.ACCEPTED
    assert _loud(database) is None


@pytest.mark.parametrize("stage", ["mail", "data", "end"])
def test_a_refused_letter(database: Database, server: MailServer, stage: str) -> None:
    """A letter that is refused for good is not sent again; the contact stays as good as it was."""
    [notice] = announced(database, "acme")
    server.plans = [Plan(stage, "550")]
    found = _deliver(database, server)
    assert (found.state, found.reply_code) == (NoticeState.REFUSED, 550)
    assert _deliver(database, server, WARN + HOUR).attempts == 1
    assert _loud(database) == f"notice {notice} was refused"
    with database.writing() as connection:
        assert rounds.go_on(connection, desk_of(policy()), WARN) == []


def test_a_refused_recipient(database: Database, server: MailServer) -> None:
    """An address that the relay refuses is bad, and the next contact gets the next round, once."""
    contacts = tuple(
        ProfileContact(Contact(f"{name}@acme.example", "en"), verified=True) for name in "ab"
    )
    with database.writing() as connection:
        Organizations(connection).put([Profile("acme", "Acme", None, contacts)], WARN)
    cases = opened(database, "acme")
    with database.writing() as connection:
        [first] = write(connection, cases)
    server.plans = [Plan("rcpt", "550")]
    assert _deliver(database, server).state is NoticeState.REFUSED
    desk = desk_of(policy())
    with database.writing() as connection:
        [second] = rounds.go_on(connection, desk, WARN)
        assert rounds.go_on(connection, desk, WARN) == []
    _deliver(database, server, WARN + MINUTE)
    with database.reading() as connection:
        found = Notices(connection).get(second)
        bad = [one.bad_reason for one in Organizations(connection).contacts("acme")]
    assert found is not None
    assert (found.round, found.follows, found.address) == (2, first, "b@acme.example")
    assert found.state is NoticeState.ACCEPTED
    assert bad == ["the relay refused the recipient (550)", None]
    with database.writing() as connection:
        assert rounds.go_on(connection, desk, WARN) == []


@pytest.mark.parametrize("how", ["drop", "accept-drop", "accept-slow", "garbage"])
def test_a_lost_answer(database: Database, server: MailServer, how: str) -> None:
    """Where nobody can know, it is said so, and not sent again by itself."""
    [notice] = announced(database, "acme")
    server.plans = [Plan("end", how)]
    assert _deliver(database, server).state is NoticeState.UNKNOWN
    for hours in (1, 200):
        assert _deliver(database, server, WARN + hours * HOUR).attempts == 1
    assert f"notice {notice} may have been sent or not" in str(_loud(database))


@pytest.mark.parametrize("accepted", [True, False])
def test_a_person_settles_it(database: Database, server: MailServer, accepted: bool) -> None:
    """A person says that it was accepted, or has it sent once more with the same Message-ID."""
    [notice] = announced(database, "acme")
    server.plans = [Plan("end", "accept-drop")]
    _deliver(database, server)
    with database.writing() as connection:
        outbox = Outbox(connection, "ann")
        say = outbox.say_accepted if accepted else outbox.send_again
        assert say(notice, WARN + HOUR, "asked them")
        assert not say(notice, WARN + HOUR, "asked them again")
    found = _deliver(database, server, WARN + HOUR)
    assert found.state is NoticeState.ACCEPTED
    assert found.settled_by == ("ann" if accepted else None)
    assert len(server.accepted) == (1 if accepted else 2)
    assert len({envelope.content for envelope in server.accepted}) == 1


def test_a_silent_worker_loses_its_claim(database: Database, server: MailServer) -> None:
    """Once its claim is another's, a worker cannot send the end of the letter, however late."""
    announced(database, "acme")
    slow = _claim(database, WARN)
    assert _deliver(database, server, WARN + HOUR / 4).state is NoticeState.SENDING
    assert _deliver(database, server, WARN + HOUR).state is NoticeState.ACCEPTED
    with database.writing() as connection:
        assert not Outbox(connection, "regiongate").begin_end(slow, WARN + HOUR)
    assert len(server.accepted) == 1


def test_a_late_answer_settles_what_was_unknown(database: Database, server: MailServer) -> None:
    """A worker that was taken for dead and gets its answer after all has the last word."""
    [notice] = announced(database, "acme")
    server.plans = [Plan("end", "slow")]
    relay = server.relay(answer_timeout=10)
    with ThreadPoolExecutor() as pool:
        sending = pool.submit(send_due, delivery_of(database, WARN), relay, "example.com")
        while _first(database).ended_at is None:
            time.sleep(0.01)
        [held] = recover(delivery_of(database, WARN + HOUR)).silent
        assert held.was_ending
        assert _first(database).state is NoticeState.UNKNOWN
        assert _loud(database) is not None
        sending.result()
    found = _first(database)
    assert (found.state, found.id) == (NoticeState.ACCEPTED, notice)
    assert [one.fate for one in _attempts(database, notice)] == ["accepted"]
    assert _loud(database) is None


def test_an_answer_after_a_decision(database: Database, server: MailServer) -> None:
    """An answer to what a person has settled meanwhile changes nothing, but is told."""
    [notice] = announced(database, "acme")
    server.plans = [Plan("end", "slow")]
    relay = server.relay(answer_timeout=10)
    with ThreadPoolExecutor() as pool:
        sending = pool.submit(send_due, delivery_of(database, WARN), relay, "example.com")
        while _first(database).ended_at is None:
            time.sleep(0.01)
        recover(delivery_of(database, WARN + HOUR))
        with database.writing() as connection:
            assert Outbox(connection, "ann").say_accepted(notice, WARN, "they answered")
        sending.result()
    found = _first(database)
    assert (found.state, found.settled_by) == (NoticeState.ACCEPTED, "ann")
    assert "attempt 1 was accepted after it had been settled" in str(_loud(database))


def test_two_never_claim_one(database: Database) -> None:
    """What is claimed is nobody else's; the notice due longest comes first."""
    announced(database, "acme")
    later = announced(database, "beta", at=WARN + MINUTE)
    with database.writing() as connection:
        outbox = Outbox(connection, "regiongate")
        claims = [outbox.claim(str(number), WARN + HOUR) for number in range(3)]
    assert [one.organization for one in claims if one is not None] == ["acme", "beta"]
    assert claims[1] is not None
    assert [claims[1].id] == later
    assert claims[2] is None


def test_too_late_is_cancelled(database: Database, server: MailServer) -> None:
    """An announcement that was not sent by its date is not sent after it, and somebody looks."""
    [notice] = announced(database, "acme")
    found = _deliver(database, server, BLOCK)
    assert (found.state, found.why) == (
        NoticeState.CANCELLED,
        "its date came before it was sent",
    )
    assert server.accepted == []
    assert f"notice {notice} (announcement) was not sent before its date" in str(_loud(database))


def test_several_workers(database: Database, server: MailServer) -> None:
    """Three workers at once send each notice once."""
    names = [f"o{number}" for number in range(30)]
    announced(database, *names)
    heard: list[str] = []
    delivery = delivery_of(database, WARN, hear=lambda claimed, _: heard.append(claimed.id))
    sent = send_due(delivery, server.relay(), "example.com", 3)
    assert sent.attempts == 30
    assert len(set(heard)) == len(heard) == len(server.accepted) == 30
    # A worker that finds nothing left to send never connects.
    assert 1 <= server.connections <= 3


def test_the_pace_is_that_of_all_workers(database: Database, server: MailServer) -> None:
    """Three workers send no more letters a minute than the relay allows them together."""
    announced(database, *(f"o{number}" for number in range(7)))
    begun = time.monotonic()
    relay = server.relay(messages_a_minute=600)
    send_due(delivery_of(database, WARN), relay, "example.com", 3)
    # Each of three waits twice for three tenths of a second.
    assert time.monotonic() - begun >= 0.59


def test_stopping(database: Database, server: MailServer) -> None:
    """Whoever is asked to stop ends the letter at hand, and leaves the rest as it is."""
    announced(database, *(f"o{number}" for number in range(3)))
    delivery = delivery_of(database, WARN, stop=lambda: bool(server.accepted))
    assert send_due(delivery, server.relay(), "example.com").attempts == 1
    with database.reading() as connection:
        assert Notices(connection).counts() == {NoticeState.ACCEPTED: 1, NoticeState.READY: 2}


def test_patience_covers_a_conversation(server: MailServer) -> None:
    """Nobody is taken for dead who may still be waiting for an answer."""
    relay = server.relay(timeout=60, answer_timeout=600)
    patience = Patience.with_relay(relay)
    assert patience.sending >= 12 * MINUTE
    assert patience.ending >= 11 * MINUTE


def test_the_next_contact_quiets_the_case(database: Database, server: MailServer) -> None:
    """What was said of a notice that did not arrive is over when its next round was accepted."""
    contacts = tuple(
        ProfileContact(Contact(f"{name}@acme.example", "en"), verified=True) for name in "ab"
    )
    with database.writing() as connection:
        Organizations(connection).put([Profile("acme", "Acme", None, contacts)], WARN)
    cases = opened(database, "acme")
    with database.writing() as connection:
        write(connection, cases)
    server.plans = [Plan("rcpt", "550")]
    _deliver(database, server)
    assert "was refused" in str(_loud(database))
    with database.writing() as connection:
        rounds.go_on(connection, desk_of(policy()), WARN)
    _deliver(database, server, WARN + MINUTE)
    assert _loud(database) is None
