"""The outbox: which notice is due, who sends it, and what became of each attempt.

Whoever sends a notice holds a claim on it, taken by a conditional update, so two never send one.
Right before the line that ends a letter its claim says so, in a transaction of its own: a claim
that does not say so was not sent, whatever became of its worker. One that does may have been.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from regiongate.domain.audit import AuditEvent, Json, Tag
from regiongate.domain.notice import Event
from regiongate.store.audit import AuditTrail
from regiongate.store.notice_tables import ATTEMPT, MESSAGE, NOTICE, NoticeState
from regiongate.store.types import Instant

_HELD = (NoticeState.SENDING.value, NoticeState.UNKNOWN.value)
_NO_CLAIM = {"claim": None, "claimed_at": None, "ended_at": None}

_TAGS = {
    NoticeState.ACCEPTED: Tag.NOTICE_SENT,
    NoticeState.REFUSED: Tag.NOTICE_REFUSED,
    NoticeState.UNKNOWN: Tag.NOTICE_UNKNOWN,
    NoticeState.GIVEN_UP: Tag.NOTICE_GIVEN_UP,
}

_CLAIMED = (
    "id",
    "case",
    "organization",
    "event",
    "address",
    "asked",
    "language",
    "subject",
    "message_id",
    "return_path",
    "claim",
    "attempts",
    "begun_at",
)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A notice that one worker holds: what is to be sent, and the number of the attempt."""

    id: str
    case: int
    organization: str
    event: str
    address: str
    asked: str
    language: str
    subject: str
    message_id: str
    return_path: str
    claim: str
    attempts: int
    begun_at: datetime
    message: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of an attempt, in the words of the relay or of the system.

    `stage` is how far it came, None where its worker is gone; `fate` is one of ATTEMPT. `code` is
    None where the relay said nothing, and `reply` then says what happened.
    """

    stage: str | None
    fate: str
    code: int | None
    reply: str
    queue_id: str | None = None


@dataclass(frozen=True, slots=True)
class Becomes:
    """What a notice becomes after an attempt: its state, when it is due again, or why it ends."""

    state: NoticeState
    due: datetime | None = None
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """A claim whose worker has not been heard of for long."""

    id: str
    case: int
    organization: str
    claim: str
    attempts: int
    begun_at: datetime
    was_ending: bool


def _in_time(at: datetime | sa.BindParameter[datetime]) -> sa.ColumnElement[bool]:
    """Whether what a notice tells of is still ahead, or has no date."""
    return NOTICE.c.void_at.is_(None) | (NOTICE.c.void_at > at)


def _take() -> sa.sql.dml.ReturningUpdate[Any]:
    at = sa.bindparam("at", type_=Instant)
    due = (
        sa.select(NOTICE.c.id)
        .where(NOTICE.c.state == NoticeState.READY.value, NOTICE.c.due_at <= at)
        .where(_in_time(at))
        .order_by(NOTICE.c.due_at, NOTICE.c.id)
        .limit(1)
        # On SQLite there is one writer, and no such clause.
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    return (
        sa.update(NOTICE)
        .where(NOTICE.c.id == due, NOTICE.c.state == NoticeState.READY.value)
        .values(
            state=NoticeState.SENDING.value,
            claim=sa.bindparam("by", type_=sa.Text),
            claimed_at=at,
            due_at=None,
            attempts=NOTICE.c.attempts + 1,
            begun_at=sa.func.coalesce(NOTICE.c.begun_at, at),
            settled_by=None,
            why=None,
        )
        .returning(*(NOTICE.c[name] for name in _CLAIMED))
    )


# Made once: to put such a statement together takes longer than to run it.
_TAKE = _take()
_MESSAGE = sa.select(MESSAGE.c.message).where(MESSAGE.c.notice == sa.bindparam("of"))


class Outbox:
    """The notices to be sent, within one transaction. `actor` is who has them sent."""

    def __init__(self, connection: sa.Connection, actor: str) -> None:
        self._connection = connection
        self._actor = actor
        self._trail = AuditTrail(connection)

    def claim(self, claim: str, at: datetime) -> Claimed | None:
        """Take the notice that is due longest; None when none is. `claim` was never used before."""
        row = self._connection.execute(_TAKE, {"by": claim, "at": at}).first()
        if row is None:
            return None
        message = self._connection.execute(_MESSAGE, {"of": row.id}).scalar_one()
        return Claimed(**row._mapping, message=bytes(message))

    def begin_end(self, claimed: Claimed, at: datetime) -> bool:
        """Note that the end of a letter is about to be sent; False when the claim is lost."""
        mine = (NOTICE.c.id == claimed.id) & (NOTICE.c.claim == claimed.claim)
        sending = (NOTICE.c.state == NoticeState.SENDING.value) & NOTICE.c.ended_at.is_(None)
        change = sa.update(NOTICE).where(mine, sending).values(ended_at=at)
        return self._connection.execute(change).rowcount == 1

    def settle(self, held: Claimed | Held, at: datetime, answer: Answer, becomes: Becomes) -> bool:
        """Note what became of an attempt; False when the claim is lost: then only the attempt is.

        An answer that comes late settles what was unknown meanwhile.
        """
        values: dict[str, Any] = {
            "state": becomes.state.value,
            "due_at": becomes.due,
            "reply_code": answer.code,
            "reply": answer.reply,
            "queue_id": answer.queue_id,
            "why": becomes.why,
        }
        if becomes.state is not NoticeState.UNKNOWN:
            values |= _NO_CLAIM
        if becomes.state is NoticeState.ACCEPTED:
            values["accepted_at"] = at
        mine = (NOTICE.c.id == held.id) & (NOTICE.c.claim == held.claim)
        change = sa.update(NOTICE).where(mine, NOTICE.c.state.in_(_HELD)).values(values)
        settled = self._connection.execute(change).rowcount == 1
        if not settled and not self._exists(held.id):
            return False  # Erased meanwhile, and with it what was tried.
        self._note(held, at, answer)
        if settled and becomes.state in _TAGS:
            self._tell(held, at, _TAGS[becomes.state], _said(held, answer))
        return settled

    def silent(self, claimed_before: datetime, ended_before: datetime) -> list[Held]:
        """The claims that are older than this: those not yet at the end of a letter, and others.

        Until the transaction ends nobody else sees or settles them.
        """
        early = NOTICE.c.ended_at.is_(None) & (NOTICE.c.claimed_at <= claimed_before)
        late = NOTICE.c.ended_at <= ended_before
        columns = ("id", "case", "organization", "claim", "attempts", "begun_at", "ended_at")
        query = (
            sa.select(*(NOTICE.c[name] for name in columns))
            .where(NOTICE.c.state == NoticeState.SENDING.value, early | late)
            .order_by(NOTICE.c.id)
            .with_for_update(skip_locked=True)
        )
        return [
            Held(row[0], row[1], row[2], row[3], row[4], row[5], row[6] is not None)
            for row in self._connection.execute(query)
        ]

    def waiting(self, at: datetime) -> int:
        """How many notices wait to be sent, at an instant or later."""
        return self._count(_in_time(at))

    def due(self, at: datetime) -> int:
        """How many notices are due."""
        return self._count((NOTICE.c.due_at <= at) & _in_time(at))

    def due_by(self, at: datetime) -> list[tuple[Event, str, int]]:
        """How many notices are due of each event in each language, in the order of these."""
        kind = (NOTICE.c.event, NOTICE.c.language)
        query = (
            sa.select(*kind, sa.func.count())
            .where(NOTICE.c.state == NoticeState.READY.value, NOTICE.c.due_at <= at, _in_time(at))
            .group_by(*kind)
            .order_by(*kind)
        )
        return [(Event(row[0]), row[1], row[2]) for row in self._connection.execute(query)]

    def late(self, at: datetime) -> int:
        """How many notices wait though their date has come: they are cancelled, and not sent."""
        return self._count(NOTICE.c.void_at <= at)

    def say_accepted(self, notice: str, at: datetime, why: str) -> bool:
        """A person, or a report, says that an unknown notice was accepted; False: it is none."""
        values = {"state": NoticeState.ACCEPTED.value, "accepted_at": at, **_NO_CLAIM}
        return self._say(notice, (NoticeState.UNKNOWN,), values, at, why)

    def send_again(self, notice: str, at: datetime, why: str) -> bool:
        """A person has one sent again that is unknown, refused or given up; False: it is none."""
        values = {"state": NoticeState.READY.value, "due_at": at, "begun_at": at, **_NO_CLAIM}
        from_these = (NoticeState.UNKNOWN, NoticeState.REFUSED, NoticeState.GIVEN_UP)
        return self._say(notice, from_these, values, at, why)

    def _say(
        self,
        notice: str,
        states: tuple[NoticeState, ...],
        values: Mapping[str, Any],
        at: datetime,
        why: str,
    ) -> bool:
        change = (
            sa.update(NOTICE)
            .where(NOTICE.c.id == notice, NOTICE.c.state.in_([state.value for state in states]))
            .values(**values, settled_by=self._actor, why=why)
            .returning(NOTICE.c.organization, NOTICE.c["case"])
        )
        row = self._connection.execute(change).first()
        if row is None:
            return False
        said: dict[str, Json] = {"notice": notice, "case": row[1], "state": values["state"]}
        said["reason"] = why
        self._trail.write([AuditEvent(at, self._actor, Tag.NOTICE_SETTLED, row[0], said)])
        return True

    def _count(self, condition: sa.ColumnElement[bool]) -> int:
        ready = NOTICE.c.state == NoticeState.READY.value
        query = sa.select(sa.func.count()).select_from(NOTICE).where(ready, condition)
        return self._connection.execute(query).scalar_one()

    def _exists(self, notice: str) -> bool:
        query = sa.select(NOTICE.c.id).where(NOTICE.c.id == notice)
        return self._connection.execute(query).first() is not None

    def _note(self, held: Claimed | Held, at: datetime, answer: Answer) -> None:
        """Keep the attempt; what was said of it while its worker was silent is replaced."""
        known = (ATTEMPT.c.notice == held.id) & (ATTEMPT.c.number == held.attempts)
        values = {
            "claim": held.claim,
            "at": at,
            "stage": answer.stage,
            "fate": answer.fate,
            "reply_code": answer.code,
            "reply": answer.reply,
        }
        if self._connection.execute(sa.update(ATTEMPT).where(known).values(values)).rowcount == 0:
            row = {"notice": held.id, "number": held.attempts, **values}
            self._connection.execute(sa.insert(ATTEMPT).values(row))

    def _tell(self, held: Claimed | Held, at: datetime, tag: Tag, said: dict[str, Json]) -> None:
        self._trail.write([AuditEvent(at, self._actor, tag, held.organization, said)])


def _said(held: Claimed | Held, answer: Answer) -> dict[str, Json]:
    """What the trail says of an attempt. The relay's words stay out: they may name the address."""
    return {
        "notice": held.id,
        "case": held.case,
        "attempt": held.attempts,
        "stage": answer.stage,
        "code": answer.code,
        "queue_id": answer.queue_id,
    }
