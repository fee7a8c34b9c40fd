"""Notices in the store: what is kept of them, and what the schema refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from regiongate.domain.audit import Tag
from regiongate.domain.errors import CannotRun
from regiongate.domain.notice import Event
from regiongate.store.database import Database
from regiongate.store.notices import Notices, NoticeState
from tests.support.cases import WARN
from tests.support.desks import announced

SENDING = "state = 'sending', due_at = NULL, attempts = 1, begun_at = composed_at"
ACCEPTED = "state = 'accepted', due_at = NULL, accepted_at = composed_at"

WRONG = {
    "an unknown state": "state = 'lost'",
    "an unknown event": "event = 'party'",
    "a ready one that is not due": "due_at = NULL",
    "one that is sent by nobody": SENDING,
    "a claim without an attempt": (
        "state = 'sending', due_at = NULL, claim = 'c', claimed_at = composed_at"
    ),
    "a claim without an instant": f"{SENDING}, claim = 'c'",
    "an end that nobody sent": "ended_at = composed_at",
    "unknown, and not sent to its end": (
        "state = 'unknown', due_at = NULL, attempts = 1, begun_at = composed_at, claim = 'c',"
        " claimed_at = composed_at"
    ),
    "accepted by nobody": ACCEPTED,
    "accepted with a refusal": f"{ACCEPTED}, reply_code = 550, reply = 'no'",
    "accepted at no instant": "state = 'accepted', due_at = NULL, reply_code = 250, reply = 'ok'",
    "accepted by somebody without a reason": f"{ACCEPTED}, settled_by = 'ann'",
    "refused without an answer": "state = 'refused', due_at = NULL",
    "refused with a yes": "state = 'refused', due_at = NULL, reply_code = 250, reply = 'ok'",
    "cancelled without a reason": "state = 'cancelled', due_at = NULL",
    "given up without a reason": "state = 'given-up', due_at = NULL",
    "bounced before it was accepted": "bounced_at = composed_at",
    "a second round of nothing": "round = 2",
    "a first round that follows": "follows = id",
    "an id that can be guessed": "id = 'n-1'",
    "a digest that is none": "digest = 'x'",
    "a case that is none": '"case" = 99',
}


@pytest.mark.parametrize("change", WRONG.values(), ids=WRONG.keys())
def test_wrong_states_are_refused(database: Database, change: str) -> None:
    """What cannot be true of a notice cannot be written."""
    announced(database, "acme")
    with pytest.raises(CannotRun, match="refuses"), database.writing() as connection:
        connection.exec_driver_sql(f"UPDATE notice SET {change}")  # noqa: S608


def test_one_of_a_kind(database: Database) -> None:
    """The same event and occasion cannot be kept twice, whoever writes it."""
    announced(database, "acme")
    with pytest.raises(CannotRun, match="refuses"), database.writing() as connection:
        names = "event, occasion, round, organization, address, asked, language, subject, told"
        more = "composed_at, return_path, digest, state, attempts, due_at"
        connection.exec_driver_sql(
            f'INSERT INTO notice (id, message_id, "case", {names}, {more})'  # noqa: S608
            f" SELECT 'another' || id, 'x', \"case\", {names}, {more} FROM notice"
        )


def test_a_notice_goes_with_its_case(database: Database) -> None:
    """When a case is erased, its notices and their bytes are gone."""
    announced(database, "acme", "beta")
    with database.writing() as connection:
        connection.exec_driver_sql("DELETE FROM case_file WHERE organization = 'acme'")
    with database.reading() as connection:
        assert [one.organization for one in Notices(connection).where()] == ["beta"]
        count = connection.exec_driver_sql("SELECT count(*) FROM notice_message").scalar_one()
    assert count == 1


def test_cancelling(database: Database) -> None:
    """What nobody has begun to send is cancelled with its reason, once, and told in the trail."""
    announced(database, "acme", "beta")
    with database.writing() as connection:
        notices = Notices(connection)
        [gone] = notices.cancel([1], [Event.ANNOUNCEMENT], WARN, "ann", "it is exempt")
        assert notices.cancel([1], [Event.ANNOUNCEMENT], WARN, "ann", "it is exempt") == []
        assert notices.cancel([2], [Event.REMINDER], WARN, "ann", "it is exempt") == []
    assert gone.organization == "acme"
    with database.reading() as connection:
        found = Notices(connection).get(gone.id)
        tags = connection.exec_driver_sql("SELECT tag FROM audit_event").scalars().all()
        counts = Notices(connection).counts()
    assert found is not None
    assert (found.state, found.why, found.due_at) == (NoticeState.CANCELLED, "it is exempt", None)
    assert tags.count(Tag.NOTICE_CANCELLED) == 1
    assert counts == {NoticeState.CANCELLED: 1, NoticeState.READY: 1}


def test_what_must_not_be_forgotten_is_on_the_disk(tmp_path: Path) -> None:
    """On SQLite a transaction that asks for it is synchronized; the others stay quick.

    PostgreSQL synchronizes every commit.
    """
    database = Database.open(f"sqlite:///{tmp_path}/regiongate.db")
    levels = []
    for durable in (False, True, False):
        with database.writing(durable=durable) as connection:
            levels.append(connection.exec_driver_sql("PRAGMA synchronous").scalar_one())
    database.close()
    assert levels == [1, 2, 1]
