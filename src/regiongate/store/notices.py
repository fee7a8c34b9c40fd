"""Notices: what organizations were told, as exact bytes, and what has become of each."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from regiongate.domain.audit import AuditEvent, Tag
from regiongate.domain.notice import Event
from regiongate.store.audit import AuditTrail
from regiongate.store.case_tables import CASE
from regiongate.store.notice_tables import ATTEMPT, MESSAGE, NOTICE, NoticeState

__all__ = ["NOTICE", "Attempt", "KeptNotice", "NewNotice", "NoticeState", "Notices"]

AT_ONCE = 1000
"""So many cases are asked about in one statement: a database takes some ten thousand values."""


@dataclass(frozen=True, slots=True)
class NewNotice:
    """A notice that was composed and is ready to be sent. The fields are the columns of NOTICE."""

    id: str
    case: int
    organization: str
    event: Event
    occasion: str
    round: int
    follows: str | None
    address: str
    asked: str
    language: str
    subject: str
    told: str
    composed_at: datetime
    void_at: datetime | None
    message_id: str
    return_path: str
    digest: str
    message: bytes


@dataclass(frozen=True, slots=True)
class KeptNotice:
    """A notice as it stands in the store, without its message. The fields are those of NOTICE."""

    id: str
    case: int
    organization: str
    event: Event
    occasion: str
    round: int
    follows: str | None
    address: str
    asked: str
    language: str
    subject: str
    told: str
    composed_at: datetime
    void_at: datetime | None
    message_id: str
    return_path: str
    digest: str
    state: NoticeState
    attempts: int
    begun_at: datetime | None
    due_at: datetime | None
    claim: str | None
    claimed_at: datetime | None
    ended_at: datetime | None
    reply_code: int | None
    reply: str | None
    queue_id: str | None
    accepted_at: datetime | None
    bounced_at: datetime | None
    settled_by: str | None
    why: str | None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to send a notice. `stage` is None where its worker ended without a word."""

    number: int
    at: datetime
    stage: str | None
    fate: str
    reply_code: int | None
    reply: str


@dataclass(frozen=True, slots=True)
class Cancelled:
    """A notice that will not be sent."""

    id: str
    case: int
    organization: str
    event: str


class Notices:
    """The notices within one transaction. Every change writes its audit event along."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._trail = AuditTrail(connection)

    def add(self, notices: Sequence[NewNotice], actor: str) -> None:
        """Keep notices that are ready to be sent at once."""
        if notices:
            self._connection.execute(sa.insert(NOTICE), [_row(one) for one in notices])
            messages = [{"notice": one.id, "message": one.message} for one in notices]
            self._connection.execute(sa.insert(MESSAGE), messages)
            self._trail.write([_composed(one, actor) for one in notices])

    def told(self, cases: Iterable[int], event: Event, occasion: str) -> set[int]:
        """Which of these cases have a notice of an event and occasion already."""
        same = (NOTICE.c.event == event.value) & (NOTICE.c.occasion == occasion)
        query = sa.select(NOTICE.c["case"]).where(same)
        return {row[0] for row in self._for(cases, query)}

    def hold(self, cases: Iterable[int]) -> None:
        """Let nobody else tell these cases anything until the transaction ends."""
        for some in _slices(sorted(cases)):
            query = sa.select(CASE.c.number).where(CASE.c.number.in_(some)).order_by(CASE.c.number)
            self._connection.execute(query.with_for_update()).all()

    def earlier(self, cases: Iterable[int]) -> dict[int, tuple[str, ...]]:
        """The ids of the notices that were accepted, by case, oldest first."""
        query = sa.select(NOTICE.c["case"], NOTICE.c.accepted_at, NOTICE.c.id).where(
            NOTICE.c.state == NoticeState.ACCEPTED.value
        )
        found: dict[int, list[tuple[datetime, str]]] = {}
        for row in self._for(cases, query):
            facts = row._mapping
            found.setdefault(facts["case"], []).append((facts["accepted_at"], facts["id"]))
        return {case: tuple(name for _, name in sorted(rows)) for case, rows in found.items()}

    def accepted(self, case: int, event: Event) -> tuple[str, datetime] | None:
        """The id and the instant of the first that a server took and that did not bounce."""
        query = (
            sa.select(NOTICE.c.id, NOTICE.c.accepted_at)
            .where(
                NOTICE.c["case"] == case,
                NOTICE.c.event == event.value,
                NOTICE.c.state == NoticeState.ACCEPTED.value,
                NOTICE.c.bounced_at.is_(None),
            )
            .order_by(NOTICE.c.accepted_at, NOTICE.c.id)
            .limit(1)
        )
        row = self._connection.execute(query).first()
        return None if row is None else (row[0], row[1])

    def get(self, notice: str) -> KeptNotice | None:
        """The notice with an id."""
        return next(self.where(NOTICE.c.id == notice), None)

    def where(self, *conditions: sa.ColumnElement[bool]) -> Iterator[KeptNotice]:
        """The notices for which all conditions (on NOTICE) hold, case by case, oldest first."""
        order = (NOTICE.c["case"], NOTICE.c.composed_at, NOTICE.c.event, NOTICE.c.round)
        query = sa.select(NOTICE).where(*conditions).order_by(*order)
        for row in self._connection.execute(query.execution_options(yield_per=10_000)):
            yield kept(row._mapping)

    def undelivered(self) -> list[KeptNotice]:
        """The notices that came back, or whose recipient was refused, and that none follows."""
        follower = NOTICE.alias("follower")
        followed = sa.exists().where(follower.c.follows == NOTICE.c.id)
        refused = sa.exists().where(
            ATTEMPT.c.notice == NOTICE.c.id,
            ATTEMPT.c.number == NOTICE.c.attempts,
            ATTEMPT.c.stage == "recipient",
        )
        came_back = NOTICE.c.bounced_at.is_not(None)
        return list(
            self.where(
                came_back | ((NOTICE.c.state == NoticeState.REFUSED.value) & refused), ~followed
            )
        )

    def attempts(self, notice: str) -> list[Attempt]:
        """The attempts to send a notice, in their order."""
        columns = [ATTEMPT.c[one.name] for one in fields(Attempt)]
        query = sa.select(*columns).where(ATTEMPT.c.notice == notice).order_by(ATTEMPT.c.number)
        return [Attempt(*row) for row in self._connection.execute(query)]

    def message(self, notice: str) -> bytes:
        """The exact bytes of a notice."""
        query = sa.select(MESSAGE.c.message).where(MESSAGE.c.notice == notice)
        return bytes(self._connection.execute(query).scalar_one())

    def counts(self) -> dict[NoticeState, int]:
        """How many notices are in each state; those in which there is none are absent."""
        query = sa.select(NOTICE.c.state, sa.func.count()).group_by(NOTICE.c.state)
        return {NoticeState(state): count for state, count in self._connection.execute(query)}

    def cancel(
        self, cases: Iterable[int], events: Collection[Event], at: datetime, actor: str, why: str
    ) -> list[Cancelled]:
        """Cancel the notices of these cases and events that nobody has begun to send."""
        waits = NOTICE.c.event.in_([event.value for event in events])
        return [
            one
            for some in _slices(cases)
            for one in self._cancel(waits & NOTICE.c["case"].in_(some), at, actor, why)
        ]

    def cancel_void(self, at: datetime, actor: str) -> list[Cancelled]:
        """Cancel the notices that were not sent by the instant from which they are void."""
        late = (NOTICE.c.state == NoticeState.READY.value) & (NOTICE.c.void_at <= at)
        # Cases before notices: whoever locks both does it in this order, so nobody waits in a ring.
        self.hold(self._connection.execute(sa.select(NOTICE.c["case"]).where(late)).scalars())
        return self._cancel(late, at, actor, "its date came before it was sent")

    def _cancel(
        self, condition: sa.ColumnElement[bool], at: datetime, actor: str, why: str
    ) -> list[Cancelled]:
        change = (
            sa.update(NOTICE)
            .where(NOTICE.c.state == NoticeState.READY.value, condition)
            .values(state=NoticeState.CANCELLED.value, due_at=None, why=why)
            .returning(NOTICE.c.id, NOTICE.c["case"], NOTICE.c.organization, NOTICE.c.event)
        )
        found = [Cancelled(*row) for row in sorted(self._connection.execute(change).all())]
        self._trail.write(
            AuditEvent(
                at,
                actor,
                Tag.NOTICE_CANCELLED,
                one.organization,
                {"notice": one.id, "case": one.case, "event": one.event, "reason": why},
            )
            for one in found
        )
        return found

    def _for(self, cases: Iterable[int], query: sa.Select[Any]) -> Iterator[sa.Row[Any]]:
        for some in _slices(cases):
            yield from self._connection.execute(query.where(NOTICE.c["case"].in_(some)))


def kept(row: Mapping[Any, Any]) -> KeptNotice:
    """A row of NOTICE as a value."""
    facts: dict[str, Any] = dict(row)
    named = {"event": Event(facts["event"]), "state": NoticeState(facts["state"])}
    return KeptNotice(**facts | named)


def _slices(cases: Iterable[int]) -> Iterator[list[int]]:
    all_of_them = list(cases)
    for begin in range(0, len(all_of_them), AT_ONCE):
        yield all_of_them[begin : begin + AT_ONCE]


_KEPT = [one.name for one in fields(NewNotice) if one.name != "message"]


def _row(notice: NewNotice) -> dict[str, Any]:
    said = {name: getattr(notice, name) for name in _KEPT}
    state = {"state": NoticeState.READY.value, "attempts": 0, "due_at": notice.composed_at}
    return said | {"event": notice.event.value} | state


def _composed(notice: NewNotice, actor: str) -> AuditEvent:
    return AuditEvent(
        notice.composed_at,
        actor,
        Tag.NOTICE_COMPOSED,
        notice.organization,
        {
            "notice": notice.id,
            "case": notice.case,
            "event": notice.event.value,
            "occasion": notice.occasion,
            "round": notice.round,
            "language": notice.language,
            "sha256": notice.digest,
        },
    )
