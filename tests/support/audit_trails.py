"""Chains of audit events in memory, and the same chain in a store."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from regiongate.control.audit.check import verify_store
from regiongate.control.audit.trouble import Verified
from regiongate.domain import chain
from regiongate.domain.audit import AuditEvent, Tag
from regiongate.domain.chain import Content, Entry, Head
from regiongate.store.audit import AuditTrail
from regiongate.store.database import Database

AT = datetime(2024, 7, 9, 7, tzinfo=UTC)


def events(count: int, organization: str = "acme") -> list[AuditEvent]:
    """So many events, one a minute, each about an organization."""
    return [
        AuditEvent(
            AT + timedelta(minutes=number),
            "erin",
            Tag.CASE_NOTED,
            organization,
            {"case": 1 + number % 3, "words": f"the {number}th word, naïve", "share": 0.25},
        )
        for number in range(1, count + 1)
    ]


def entries(count: int) -> tuple[list[Entry], Head]:
    """A sound chain, and its head."""
    made: list[Entry] = []
    previous = chain.START
    for number, event in enumerate(events(count), 1):
        detail = chain.canonical_json(event.detail)
        content = Content(f"{number:032x}", event.actor, event.organization, detail)
        digest = chain.digest(content.salt, content.text)
        at = chain.instant(event.at)
        made.append(rehashed(Entry(number, at, event.tag.value, digest, previous, "", content)))
        previous = made[-1].hash
    return made, Head(count, previous)


def rehashed(entry: Entry) -> Entry:
    """The entry with the hash that fits it: what a forger who knows the form would do."""
    return replace(entry, hash=entry.hash_as(entry.number))


def fill(database: Database, count: int, organization: str = "acme") -> None:
    """Write so many events to a store."""
    with database.writing() as connection:
        AuditTrail(connection).write(events(count, organization))


def verified(database: Database, *known: Head) -> Verified:
    """What a verification finds in a store."""
    with database.reading() as connection:
        return verify_store(connection, known, lambda *_: None)


def meddle(database: Database, *statements: str) -> None:
    """Run statements as somebody who owns the database and has put its guards aside."""
    path = database.engine.url.database
    if database.engine.dialect.name == "postgresql":
        with database.writing() as connection:
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
            for statement in statements:
                connection.exec_driver_sql(statement)
        return
    with closing(sqlite3.connect(str(path))) as raw:
        triggers = raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for statement in (*(f"DROP TRIGGER {name}" for (name,) in triggers), *statements):
            raw.execute(statement)
        raw.commit()
