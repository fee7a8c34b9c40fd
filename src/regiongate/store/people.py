"""The people who work with cases. There is always one who may manage the others."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from regiongate.domain.audit import AuditEvent, Tag
from regiongate.domain.role import Person, Role
from regiongate.store.audit import AuditTrail
from regiongate.store.paging import Asked, Order, Page, page
from regiongate.store.schema import METADATA, check
from regiongate.store.types import Instant

_ROLES = ", ".join(f"'{role}'" for role in Role)

PERSON = sa.Table(
    "person",
    METADATA,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("since", Instant, nullable=False, comment="when the role was given"),
    *check(
        "name_has_one_spelling",
        "length(name) BETWEEN 1 AND 100 AND name GLOB '[a-z0-9]*'"
        " AND name NOT GLOB '*[^a-z0-9._@+-]*'",
        "name ~ '^[a-z0-9][a-z0-9._@+-]{0,99}$'",
    ),
    *check("role_is_known", f"role IN ({_ROLES})"),
    comment="Who may do what: domain.role.MAY",
    sqlite_with_rowid=False,
    sqlite_strict=True,
)


_BY_NAME = Order("people", (PERSON.c.name,))


class LastAdmin(Exception):
    """Nobody would be left who may manage people."""


class People:
    """The people within one transaction. Every change writes its audit event along."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._trail = AuditTrail(connection)

    def hold(self) -> None:
        """Let nobody else change people until this transaction ends.

        What follows depends on who else there is: whether anybody, whether another admin.
        """
        # On SQLite there is one writer at a time anyway.
        if self._connection.dialect.name == "postgresql":
            self._connection.exec_driver_sql("LOCK TABLE person IN SHARE ROW EXCLUSIVE MODE")

    def all(self) -> list[Person]:
        """Everybody, by name."""
        query = sa.select(PERSON.c.name, PERSON.c.role).order_by(PERSON.c.name)
        return [Person(name, Role(role)) for name, role in self._connection.execute(query)]

    def page(self, asked: Asked) -> Page[Person]:
        """A page of everybody, by name. Raises CannotRun for a cursor of another list."""
        query = sa.select(PERSON.c.name, PERSON.c.role)
        return page(
            self._connection, query, _BY_NAME, asked, lambda row: Person(row.name, Role(row.role))
        )

    def get(self, name: str) -> Person | None:
        """The person with a name."""
        query = sa.select(PERSON.c.role).where(PERSON.c.name == name)
        role = self._connection.execute(query).scalar_one_or_none()
        return None if role is None else Person(name, Role(role))

    def add(self, person: Person, at: datetime, actor: str) -> bool:
        """Add a person; False, and nothing is changed, when the name is known."""
        if self.get(person.name) is not None:
            return False
        values = {"name": person.name, "role": person.role.value, "since": at}
        self._connection.execute(sa.insert(PERSON).values(values))
        detail = {"person": person.name, "role": person.role.value}
        self._trail.write([AuditEvent(at, actor, Tag.PERSON_ADDED, None, detail)])
        return True

    def change(self, known: Person, role: Role, at: datetime, actor: str) -> Person:
        """Give a person another role. Raises LastAdmin. Takes `hold` before."""
        self._leave_an_admin(known, role)
        change = sa.update(PERSON).where(PERSON.c.name == known.name)
        self._connection.execute(change.values(role=role.value, since=at))
        detail = {"person": known.name, "before": known.role.value, "role": role.value}
        self._trail.write([AuditEvent(at, actor, Tag.PERSON_CHANGED, None, detail)])
        return Person(known.name, role)

    def remove(self, known: Person, at: datetime, actor: str) -> None:
        """Remove a person; what they did stays in the trail. Raises LastAdmin. `hold` before."""
        self._leave_an_admin(known, None)
        self._connection.execute(sa.delete(PERSON).where(PERSON.c.name == known.name))
        detail = {"person": known.name, "role": known.role.value}
        self._trail.write([AuditEvent(at, actor, Tag.PERSON_REMOVED, None, detail)])

    def _leave_an_admin(self, known: Person, role: Role | None) -> None:
        if known.role is Role.ADMIN and role is not Role.ADMIN:
            admins = [person for person in self.all() if person.role is Role.ADMIN]
            if admins == [known]:
                raise LastAdmin(known.name)
