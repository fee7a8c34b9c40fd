"""Cases: found, moved on by allowed steps only, noted, and read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from regiongate.domain.audit import AuditEvent, Json
from regiongate.domain.case import TAGS, Case, CaseState, NotAllowed, Step
from regiongate.domain.errors import CannotRun
from regiongate.store.audit import AuditTrail
from regiongate.store.case_tables import CASE, NOTE, NOWHERE, STEP


class Overtaken(CannotRun):
    """Somebody else has moved the case meanwhile: look again."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What the sightings say of an organization: requests, those from unsupported regions, when."""

    organization: str
    requests: int
    unsupported: int
    first: datetime | None
    last: datetime | None


@dataclass(frozen=True, slots=True)
class Taken:
    """A step that was taken."""

    number: int
    before: CaseState | None
    step: Step
    after: CaseState
    at: datetime
    actor: str
    reason: str


@dataclass(frozen=True, slots=True)
class Note:
    """What a person wrote about a case."""

    at: datetime
    actor: str
    text: str


class Cases:
    """The cases within one transaction. Every change writes its audit event along."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._trail = AuditTrail(connection)

    def find(self, seen: Iterable[Seen], at: datetime, actor: str, reason: str) -> list[Case]:
        """Open a case for each of these organizations; none of them has one that is open."""
        first = self._next_number()
        found = [
            Case(
                number=first + row,
                organization=one.organization,
                state=CaseState.FOUND,
                steps=1,
                opened=at,
                since=at,
                requests=one.requests,
                unsupported=one.unsupported,
                first=one.first,
                last=one.last,
            )
            for row, one in enumerate(seen)
        ]
        if found:
            taken = Taken(1, None, Step.FIND, CaseState.FOUND, at, actor, reason)
            self._connection.execute(sa.insert(STEP), [_step(case, taken) for case in found])
            self._connection.execute(sa.insert(CASE), [_row(case) for case in found])
            self._trail.write([_event(case, taken, {}) for case in found])
        return found

    def take(
        self,
        case: Case,
        step: Step,
        at: datetime,
        actor: str,
        reason: str,
        *,
        detail: Mapping[str, Json] | None = None,
    ) -> Case:
        """Move a case on. Raises NotAllowed, or Overtaken when it is not where it was read."""
        [moved] = self.take_all([case], step, at, actor, reason, detail=detail)
        return moved

    def take_all(
        self,
        cases: Sequence[Case],
        step: Step,
        at: datetime,
        actor: str,
        reason: str,
        *,
        detail: Mapping[str, Json] | None = None,
    ) -> list[Case]:
        """The same step for many cases."""
        pairs = [(case, _taken(case, step, at, actor, reason)) for case in cases]
        if not pairs:
            return []
        moving = (
            sa.update(CASE)
            .where(CASE.c.number == sa.bindparam("of"), CASE.c.steps == sa.bindparam("known"))
            .values(
                state=sa.bindparam("reached"), steps=sa.bindparam("count"), since=sa.bindparam("at")
            )
        )
        for case, taken in pairs:
            values = {
                "of": case.number,
                "known": case.steps,
                "reached": taken.after.value,
                "count": taken.number,
                "at": at,
            }
            if self._connection.execute(moving, values).rowcount != 1:
                raise Overtaken(f"case {case.number} of {case.organization} has moved on")
        self._connection.execute(sa.insert(STEP), [_step(*pair) for pair in pairs])
        self._trail.write([_event(*pair, detail or {}) for pair in pairs])
        return [_moved(*pair) for pair in pairs]

    def see(self, seen: Mapping[int, Seen]) -> None:
        """Note what the sightings now say, by the number of the case."""
        if seen:
            change = (
                sa.update(CASE)
                .where(CASE.c.number == sa.bindparam("of"))
                .values({name: sa.bindparam(f"new_{name}") for name in _SEEN})
            )
            self._connection.execute(
                change,
                [
                    {"of": number} | {f"new_{name}": getattr(one, name) for name in _SEEN}
                    for number, one in seen.items()
                ],
            )

    def be_loud(self, number: int, why: str | None) -> None:
        """Say what a person must look at, or that there is nothing any more."""
        self._connection.execute(sa.update(CASE).where(CASE.c.number == number).values(loud=why))

    def hold(self, number: int, appeal: str | None) -> None:
        """Say which appeal is open, or that none is any more."""
        change = sa.update(CASE).where(CASE.c.number == number).values(appeal=appeal)
        self._connection.execute(change)

    def note(self, case: Case, at: datetime, actor: str, text: str) -> None:
        """Keep what a person wrote."""
        count = sa.select(sa.func.count()).where(NOTE.c["case"] == case.number)
        number = self._connection.execute(count).scalar_one() + 1
        values = {"case": case.number, "number": number, "at": at, "actor": actor, "text": text}
        self._connection.execute(sa.insert(NOTE).values(values))

    def get(self, number: int) -> Case | None:
        """The case with a number."""
        return next(self.where(CASE.c.number == number), None)

    def open_of(self, organization: str) -> Case | None:
        """The case of an organization that is not released."""
        is_open = CASE.c.state != CaseState.RELEASED.value
        return next(self.where(CASE.c.organization == organization, is_open), None)

    def latest_of(self, organization: str) -> Case | None:
        """The newest case of an organization, released or not."""
        return max(
            self.where(CASE.c.organization == organization),
            key=lambda case: case.number,
            default=None,
        )

    def where(self, *conditions: sa.ColumnElement[bool]) -> Iterator[Case]:
        """The cases for which all conditions (on CASE) hold, in the order of their numbers."""
        query = sa.select(CASE).where(*conditions).order_by(CASE.c.number)
        for row in self._connection.execute(query.execution_options(yield_per=10_000)):
            facts: dict[str, Any] = dict(row._mapping)
            yield Case(**facts | {"state": CaseState(facts["state"])})

    def steps(self, case: Case) -> list[Taken]:
        """The steps of a case, in their order."""
        query = sa.select(STEP).where(STEP.c["case"] == case.number).order_by(STEP.c.number)
        return [_read_step(row._mapping) for row in self._connection.execute(query)]

    def notes(self, case: Case) -> list[Note]:
        """What people wrote about a case, in its order."""
        columns = (NOTE.c.at, NOTE.c.actor, NOTE.c.text)
        query = sa.select(*columns).where(NOTE.c["case"] == case.number).order_by(NOTE.c.number)
        return [Note(*row) for row in self._connection.execute(query)]

    def _next_number(self) -> int:
        last = self._connection.execute(sa.select(sa.func.max(CASE.c.number))).scalar_one()
        return (last or 0) + 1


_SEEN = ("requests", "unsupported", "first", "last")


def _require_order(case: Case, at: datetime) -> None:
    """What happens after something does not have an earlier instant."""
    if at < case.since:
        moved = case.since.isoformat()
        message = f"case {case.number} of {case.organization} moved on at {moved}"
        raise NotAllowed(f"{message}: nothing can be done to it at {at.isoformat()}")


def _taken(case: Case, step: Step, at: datetime, actor: str, reason: str) -> Taken:
    _require_order(case, at)
    return Taken(case.steps + 1, case.state, step, case.after(step), at, actor, reason)


def _moved(case: Case, taken: Taken) -> Case:
    return replace(case, state=taken.after, steps=taken.number, since=taken.at)


def _row(case: Case) -> dict[str, Any]:
    return {column.name: getattr(case, column.name) for column in CASE.columns}


def _step(case: Case, taken: Taken) -> dict[str, Any]:
    first = taken.before is None
    return {
        "case": case.number,
        "number": taken.number,
        "previous": None if first else taken.number - 1,
        "before": NOWHERE if taken.before is None else taken.before.value,
        "step": taken.step.value,
        "after": taken.after.value,
        "at": taken.at,
        "actor": taken.actor,
        "reason": taken.reason,
        "suspension": taken.number - 1 if taken.step is Step.SUSPEND else None,
    }


def _read_step(row: Mapping[Any, Any]) -> Taken:
    return Taken(
        number=row["number"],
        before=CaseState(row["before"]) if row["before"] else None,
        step=Step(row["step"]),
        after=CaseState(row["after"]),
        at=row["at"],
        actor=row["actor"],
        reason=row["reason"],
    )


def _event(case: Case, taken: Taken, detail: Mapping[str, Json]) -> AuditEvent:
    said: dict[str, Json] = {"case": case.number, "reason": taken.reason, **detail}
    return AuditEvent(taken.at, taken.actor, TAGS[taken.step], case.organization, said)
