"""Login sessions and one-time logins. A session is found by the digest of what a browser shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from regiongate.domain.audit import AuditEvent, Tag
from regiongate.domain.role import SYSTEM, Person, Role
from regiongate.store.access_tables import LOGIN, SESSION
from regiongate.store.audit import AuditTrail
from regiongate.store.people import PERSON


@dataclass(frozen=True, slots=True)
class LoginSession:
    """A session: its person as they are now, when it was seen last, and when it ends at the latest.

    `seen` is to the minute.
    """

    id: str
    person: Person
    seen: datetime
    until: datetime


# Made once: to put such a statement together takes longer than to run it.
_FIND = (
    sa.select(SESSION.c.id, SESSION.c.person, PERSON.c.role, SESSION.c.seen, SESSION.c.until)
    .join_from(SESSION, PERSON, PERSON.c.name == SESSION.c.person)
    .where(SESSION.c.digest == sa.bindparam("of"))
)


class LoginSessions:
    """The sessions within one transaction. Beginning and ending one writes its audit event."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._trail = AuditTrail(connection)

    def find(self, digest: str) -> LoginSession | None:
        """The session with a digest, whether it still holds or not."""
        row = self._connection.execute(_FIND, {"of": digest}).first()
        if row is None:
            return None
        return LoginSession(row.id, Person(row.person, Role(row.role)), row.seen, row.until)

    def begin(self, session: LoginSession, digest: str, how: str) -> None:
        """Keep a new session, and remove those that are over. `seen` is when it begins."""
        at = session.seen
        self._connection.execute(sa.delete(SESSION).where(SESSION.c.until <= at))
        row = sa.insert(SESSION).values(
            id=session.id,
            person=session.person.name,
            digest=digest,
            how=how,
            begun=at,
            seen=at,
            until=session.until,
        )
        self._connection.execute(row)
        self._tell(Tag.SESSION_BEGUN, session, at, how)

    def see(self, session: str, at: datetime) -> None:
        """Note that a session is used."""
        self._connection.execute(sa.update(SESSION).where(SESSION.c.id == session).values(seen=at))

    def end(self, session: LoginSession, at: datetime) -> bool:
        """End a session; False when somebody else was faster."""
        gone = sa.delete(SESSION).where(SESSION.c.id == session.id).returning(SESSION.c.how)
        how = self._connection.execute(gone).scalar()
        if how is None:
            return False
        self._tell(Tag.SESSION_ENDED, session, at, how)
        return True

    def _tell(self, tag: Tag, session: LoginSession, at: datetime, how: str) -> None:
        name = session.person.name
        detail = {"session": session.id, "person": name, "how": how}
        self._trail.write([AuditEvent(at, name, tag, None, {**detail})])


class LoginCodes:
    """The one-time logins within one transaction: each person has one at most."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._trail = AuditTrail(connection)

    def offer(self, person: str, digest: str, at: datetime, until: datetime) -> None:
        """Keep a code; the person's codes before it, and all that are over, are removed."""
        old = (LOGIN.c.person == person) | (LOGIN.c.until <= at)
        self._connection.execute(sa.delete(LOGIN).where(old))
        values = {"digest": digest, "person": person, "made": at, "until": until}
        self._connection.execute(sa.insert(LOGIN).values(values))
        event = AuditEvent(at, SYSTEM, Tag.LOGIN_OFFERED, None, {"person": person})
        self._trail.write([event])

    def take(self, digest: str, at: datetime) -> str | None:
        """The person of a code that holds; nobody takes it again, not even at the same moment."""
        mine = (LOGIN.c.digest == digest) & (LOGIN.c.until > at)
        return self._connection.execute(
            sa.delete(LOGIN).where(mine).returning(LOGIN.c.person)
        ).scalar()
