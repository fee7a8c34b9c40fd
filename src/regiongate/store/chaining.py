"""How events are chained: at the end of a transaction, in one order for all writers."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

import sqlalchemy as sa

from regiongate.domain import chain
from regiongate.domain.audit import AuditEvent
from regiongate.store.audit_tables import CONTENT, EVENT, HEAD


def write_at_commit(connection: sa.Connection, events: Iterable[AuditEvent]) -> None:
    """Chain events, in this order, when the transaction commits.

    The head is locked from then on. Were it locked before, a long transaction would make all
    others wait, and two that also wait for one another's cases would never end.
    Raises ValueError, at once, for an event that cannot be written, and RuntimeError within a
    savepoint: its end could undo the change and not the event.
    """
    if connection.in_nested_transaction():
        raise RuntimeError("the audit trail cannot be written within a savepoint")
    said = [_Said.of(event) for event in events]
    if said:
        _waiting(connection).said.extend(said)


@dataclass(frozen=True, slots=True)
class _Said:
    """An event whose number is not known yet."""

    at: str
    tag: str
    actor: str
    organization: str | None
    detail: str

    @classmethod
    def of(cls, event: AuditEvent) -> _Said:
        if "\0" in f"{event.actor}{event.organization}":
            raise ValueError(f"no store keeps the zero character in {event.organization!r}")
        at, detail = chain.instant(event.at), chain.canonical_json(event.detail)
        return cls(at, event.tag.value, event.actor, event.organization, detail)


@dataclass(slots=True)
class _Waiting:
    """What is written when a transaction commits."""

    said: list[_Said] = field(default_factory=list)

    def commit(self, connection: sa.Connection) -> None:
        said, self.said = self.said, []
        if said:
            _chain(connection, said)

    def rollback(self, _: sa.Connection) -> None:
        self.said = []


_WAITING: WeakKeyDictionary[sa.Connection, _Waiting] = WeakKeyDictionary()


def _waiting(connection: sa.Connection) -> _Waiting:
    found = _WAITING.get(connection)
    if found is None:
        found = _WAITING[connection] = _Waiting()
        sa.event.listen(connection, "commit", found.commit)
        sa.event.listen(connection, "rollback", found.rollback)
    return found


def _chain(connection: sa.Connection, said: list[_Said]) -> None:
    # Whoever comes second waits here and then reads the head that the first has left.
    locked = sa.select(HEAD.c.number, HEAD.c.hash).with_for_update()
    number, previous = connection.execute(locked).one()
    events: list[tuple[Any, ...]] = []
    contents: list[tuple[Any, ...]] = []
    for one, salt in zip(said, _salts(len(said)), strict=True):
        number += 1
        digest = chain.digest(salt, chain.content(one.actor, one.organization, one.detail))
        made = chain.link(number, one.at, one.tag, digest, previous)
        events.append((number, one.at, one.tag, digest, previous, made))
        contents.append((number, salt, one.actor, one.organization, one.detail))
        previous = made
    _insert(connection, EVENT, events)
    _insert(connection, CONTENT, contents)
    connection.execute(sa.update(HEAD).values(number=number, hash=previous))


def _salts(count: int) -> Iterator[str]:
    length = chain.SALT_BYTES
    drawn = os.urandom(length * count)
    return (drawn[begin : begin + length].hex() for begin in range(0, len(drawn), length))


def _insert(connection: sa.Connection, into: sa.Table, rows: list[tuple[Any, ...]]) -> None:
    """Many rows in one statement of the driver: through SQLAlchemy's they take twice as long."""
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * len(into.columns))
        connection.exec_driver_sql(f"INSERT INTO {into.name} VALUES ({marks})", rows)  # noqa: S608
    else:
        types = (column.type.compile(connection.dialect) for column in into.columns)
        marks = ", ".join(f"%s::{name}[]" for name in types)
        columns = tuple(list(column) for column in zip(*rows, strict=True))
        statement = f"INSERT INTO {into.name} SELECT * FROM unnest({marks})"  # noqa: S608
        connection.exec_driver_sql(statement, columns)
