"""People for the tests of access, and what the trail says of them."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa

from regiongate.control.access.people import add_person
from regiongate.domain.role import Person, Role
from regiongate.store.audit import AuditTrail
from regiongate.store.database import Database
from regiongate.store.schema import METADATA
from tests.support.profiles import NOON

MEI = Person("mei", Role.ADMIN)
LI = Person("li", Role.APPROVER)
WU = Person("wu", Role.VIEWER)


def begin_with_people(database: Database) -> None:
    """Mei is admin, Li is approver, Wu is viewer."""
    with database.writing() as connection:
        add_person(connection, MEI, None, NOON)
        add_person(connection, LI, "mei", NOON)
        add_person(connection, WU, "mei", NOON)


def said(database: Database, *tags: str) -> list[tuple[str, str, Any]]:
    """Tag, actor and detail of the events with these tags."""
    with database.reading() as connection:
        entries = list(AuditTrail(connection).entries())
    return [
        (entry.tag, entry.content.actor, json.loads(entry.content.detail))
        for entry in entries
        if entry.tag in tags and entry.content is not None
    ]


def everything(database: Database) -> str:
    """All that stands in the store, as one text."""
    with database.reading() as connection:
        tables = METADATA.sorted_tables
        return repr([list(connection.execute(sa.select(table))) for table in tables])
