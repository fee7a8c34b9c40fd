"""Tokens: issued to a person, found by their digest, revoked once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from regiongate.domain.audit import AuditEvent, Tag
from regiongate.domain.chain import instant
from regiongate.domain.role import Person, Role
from regiongate.store.access_tables import TOKEN
from regiongate.store.audit import AuditTrail
from regiongate.store.paging import Asked, Order, Page, page
from regiongate.store.people import PERSON


@dataclass(frozen=True, slots=True)
class Token:
    """A token without its secret: whose it is, what it allows at most, and from when to when.

    `used` is when it was used last, to the hour; None: never. `revoked_by` is a person.
    """

    id: str
    person: str
    name: str
    role: Role
    issued: datetime
    until: datetime
    used: datetime | None = None
    revoked: datetime | None = None
    revoked_by: str | None = None

    def holds(self, at: datetime) -> bool:
        """Whether it lets anybody in at an instant."""
        return self.revoked is None and at < self.until


_FACTS = tuple(
    TOKEN.c[name]
    for name in ("id", "person", "name", "role", "issued", "until", "used", "revoked", "revoked_by")
)

# Made once: to put such a statement together takes longer than to run it.
_FIND = (
    sa.select(*_FACTS, PERSON.c.role.label("own"))
    .join_from(TOKEN, PERSON, PERSON.c.name == TOKEN.c.person)
    .where(TOKEN.c.digest == sa.bindparam("of"))
)


_NEWEST_FIRST = Order("tokens", (TOKEN.c.issued, TOKEN.c.id), descending=True)


class Tokens:
    """The tokens within one transaction. What is issued and revoked writes its audit event."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._trail = AuditTrail(connection)

    def find(self, digest: str) -> tuple[Token, Person] | None:
        """The token with a digest, and its person as they are now; None where there is none."""
        row = self._connection.execute(_FIND, {"of": digest}).first()
        if row is None:
            return None
        return _token(row[:-1]), Person(row.person, Role(row.own))

    def get(self, token: str) -> Token | None:
        """The token with an id."""
        row = self._connection.execute(sa.select(*_FACTS).where(TOKEN.c.id == token)).first()
        return None if row is None else _token(row)

    def all(self, person: str | None = None) -> list[Token]:
        """All tokens, or those of one person: by person, then the newest first."""
        query = sa.select(*_FACTS).order_by(TOKEN.c.person, TOKEN.c.issued.desc(), TOKEN.c.id)
        if person is not None:
            query = query.where(TOKEN.c.person == person)
        return [_token(row) for row in self._connection.execute(query)]

    def page(self, person: str | None, asked: Asked) -> Page[Token]:
        """A page of the tokens of a person (None: of everybody), the newest first.

        Raises CannotRun for a cursor of another list.
        """
        query = sa.select(*_FACTS)
        if person is not None:
            query = query.where(TOKEN.c.person == person)
        return page(
            self._connection, query, _NEWEST_FIRST, asked, lambda row: _token(row[: len(_FACTS)])
        )

    def issue(self, token: Token, digest: str) -> None:
        """Keep a new token, and its secret's digest. The person is known."""
        values = {name: getattr(token, name) for name in ("id", "person", "name", "issued")}
        values |= {"role": token.role.value, "until": token.until, "digest": digest}
        self._connection.execute(sa.insert(TOKEN).values(values))
        self._tell(Tag.TOKEN_ISSUED, token, token.issued, token.person)

    def use(self, token: Token, at: datetime) -> None:
        """Note that a token is used."""
        # The clock of who issued it may be ahead of ours: nothing is used before it is there.
        used = max(at, token.issued)
        self._connection.execute(sa.update(TOKEN).where(TOKEN.c.id == token.id).values(used=used))

    def revoke(self, token: Token, by: str, at: datetime) -> Token | None:
        """Revoke a token; None, and nothing is changed, when it is revoked already."""
        revoked = replace(token, revoked=max(at, token.issued), revoked_by=by)
        change = (
            sa.update(TOKEN)
            .where(TOKEN.c.id == token.id, TOKEN.c.revoked.is_(None))
            .values(revoked=revoked.revoked, revoked_by=by)
        )
        if self._connection.execute(change).rowcount == 0:
            return None
        self._tell(Tag.TOKEN_REVOKED, token, at, by)
        return revoked

    def _tell(self, tag: Tag, token: Token, at: datetime, actor: str) -> None:
        detail = {
            "token": token.id,
            "person": token.person,
            "role": token.role.value,
            "until": instant(token.until),
        }
        self._trail.write([AuditEvent(at, actor, tag, None, {**detail})])


def _token(row: Any) -> Token:
    token, person, name, role, *rest = row
    return Token(token, person, name, Role(role), *rest)
