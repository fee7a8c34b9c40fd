"""Drafts of policies. Nobody publishes what they wrote themselves: the schema refuses it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from regiongate.domain.audit import AuditEvent, Json, Tag
from regiongate.domain.draft import Draft, DraftState
from regiongate.store.audit import AuditTrail
from regiongate.store.paging import Asked, Order, Page, page
from regiongate.store.schema import METADATA, check
from regiongate.store.types import COUNT, Instant

_STATES = ", ".join(f"'{state}'" for state in DraftState)

DRAFT = sa.Table(
    "policy_draft",
    METADATA,
    sa.Column("number", COUNT, primary_key=True, autoincrement=False, comment="from 1"),
    sa.Column("text", sa.Text, nullable=False, comment="the whole policy file"),
    sa.Column("base", sa.Text, comment="generation in force when it was written; null: none"),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("decided_by", sa.Text, comment="who published or withdrew it"),
    sa.Column("decided_at", Instant),
    sa.Column("generation", sa.Text, comment="what it became"),
    *check("state_is_known", f"state IN ({_STATES})"),
    *check("decided_by_somebody", "(state = 'proposed') = (decided_by IS NULL)"),
    *check("decided_at_some_time", "(decided_by IS NULL) = (decided_at IS NULL)"),
    *check("four_eyes", "state <> 'published' OR decided_by <> \"by\""),
    *check("published_as_something", "(state = 'published') = (generation IS NOT NULL)"),
    comment="Policies written by one person and published by another",
    sqlite_with_rowid=False,
    sqlite_strict=True,
)


_NEWEST_FIRST = Order("drafts", (DRAFT.c.number,), descending=True)


class Drafts:
    """The drafts within one transaction. Every change writes its audit event along."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._trail = AuditTrail(connection)

    def propose(self, text: str, base: str | None, by: str, at: datetime, reason: str) -> Draft:
        """Keep a new draft."""
        newest = self._connection.execute(sa.select(sa.func.max(DRAFT.c.number))).scalar_one()
        draft = Draft((newest or 0) + 1, text, base, by, at, reason)
        row = {
            "number": draft.number,
            "text": text,
            "base": base,
            "by": by,
            "at": at,
            "reason": reason,
            "state": draft.state.value,
        }
        self._connection.execute(sa.insert(DRAFT).values(row))
        self._note(Tag.POLICY_PROPOSED, draft, by, at, {"base": base, "reason": reason})
        return draft

    def publish(self, draft: Draft, by: str, at: datetime, generation: str) -> Draft:
        """Note that a draft is in force as a generation."""
        done = replace(
            draft,
            state=DraftState.PUBLISHED,
            decided_by=by,
            decided_at=at,
            generation=generation,
        )
        self._decide(done)
        self._note(Tag.POLICY_PUBLISHED, done, by, at, {"generation": generation})
        return done

    def withdraw(self, draft: Draft, by: str, at: datetime) -> Draft:
        """Note that a draft will not be published."""
        done = replace(draft, state=DraftState.WITHDRAWN, decided_by=by, decided_at=at)
        self._decide(done)
        self._note(Tag.POLICY_WITHDRAWN, done, by, at, {})
        return done

    def get(self, number: int) -> Draft | None:
        """The draft with a number."""
        return next(self._where(DRAFT.c.number == number), None)

    def waiting(self) -> list[Draft]:
        """The drafts that wait for a second person, oldest first."""
        return list(self._where(DRAFT.c.state == DraftState.PROPOSED.value))

    def latest(self, most: int) -> list[Draft]:
        """The newest drafts, newest first."""
        query = sa.select(DRAFT).order_by(DRAFT.c.number.desc()).limit(most)
        return [_draft(row) for row in self._connection.execute(query).mappings()]

    def page(self, asked: Asked) -> Page[Draft]:
        """A page of the drafts, the newest first. Raises CannotRun for another list's cursor."""
        query = sa.select(DRAFT)
        return page(self._connection, query, _NEWEST_FIRST, asked, lambda row: _draft(row._mapping))

    def _where(self, condition: sa.ColumnElement[bool]) -> Iterator[Draft]:
        query = sa.select(DRAFT).where(condition).order_by(DRAFT.c.number)
        return (_draft(row) for row in self._connection.execute(query).mappings())

    def _decide(self, done: Draft) -> None:
        change = sa.update(DRAFT).where(
            DRAFT.c.number == done.number, DRAFT.c.state == DraftState.PROPOSED.value
        )
        values = {
            "state": done.state.value,
            "decided_by": done.decided_by,
            "decided_at": done.decided_at,
            "generation": done.generation,
        }
        self._connection.execute(change.values(values))

    def _note(self, tag: Tag, draft: Draft, by: str, at: datetime, more: dict[str, Json]) -> None:
        detail: dict[str, Json] = {"draft": draft.number, "digest": draft.digest, **more}
        self._trail.write([AuditEvent(at, by, tag, None, detail)])


def _draft(row: sa.RowMapping) -> Draft:
    facts: dict[str, Any] = {column.name: row[column] for column in DRAFT.columns}
    return Draft(**facts | {"state": DraftState(facts["state"])})
