"""Tokens: issue, list and revoke them, and find out who shows one."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa

from regiongate.control.access.secret import Kind, digest_of, new_secret
from regiongate.control.acting import acting
from regiongate.control.new_id import new_id
from regiongate.domain.access import Caller, Forbidden, covers, within
from regiongate.domain.errors import CannotRun
from regiongate.domain.role import MAY, Act, Person, Role
from regiongate.store.paging import Asked, Page
from regiongate.store.tokens import Token, Tokens

LONGEST = timedelta(days=366)
"""How long a token lives at most."""

LONGEST_NAME = 100
_USED_AGAIN = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Issued:
    """A new token, and its secret: it is said once, and kept nowhere."""

    token: Token
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class FoundCaller:
    """Who shows a token, and whether its use is still to be noted."""

    caller: Caller
    token: Token
    is_due: bool


def issue(  # noqa: PLR0917
    connection: sa.Connection, by: str, name: str, role: Role, until: datetime, at: datetime
) -> Issued:
    """A token for the person who asks, with their role or a smaller one.

    `name` is what they call it. Raises CannotRun for a name or a time that cannot be, and where
    the role of the person does not cover the token's.
    """
    person = acting(connection, by, Act.READ)
    if not covers(person.role, role):
        raise Forbidden(f"{person.name} is {person.role}, which does not cover {role}")
    wanted = name.strip()
    if not 0 < len(wanted) <= LONGEST_NAME or not wanted.isprintable():
        raise CannotRun(f"name what the token is for, in one line of up to {LONGEST_NAME} letters")
    if not at < until <= at + LONGEST:
        raise CannotRun(f"a token ends later than it begins, and within {LONGEST.days} days")
    secret = new_secret(Kind.TOKEN)
    token = Token(new_id("t"), person.name, wanted, role, at, until)
    Tokens(connection).issue(token, secret.digest)
    return Issued(token, secret.text)


def revoke(connection: sa.Connection, id: str, by: str, at: datetime) -> Token:
    """Revoke a token: one's own, or anybody's for who may manage tokens. Raises CannotRun."""
    person = acting(connection, by, Act.READ)
    repository = Tokens(connection)
    found = repository.get(id)
    # A token of others is told like one that is not there: its id is nobody else's business.
    if found is None or not (found.person == by or _manages(person)):
        raise CannotRun(f"there is no token {id!r} of yours: regiongate token list")
    revoked = repository.revoke(found, person.name, at)
    if revoked is None:
        raise CannotRun(f"the token {id} is revoked already: regiongate token list")
    return revoked


def tokens(connection: sa.Connection, by: str) -> list[Token]:
    """The tokens of a person, or of everybody for who may manage tokens. Raises CannotRun."""
    person = acting(connection, by, Act.READ)
    return Tokens(connection).all(None if _manages(person) else person.name)


def token_page(
    connection: sa.Connection, by: str, asked: Asked, *, of_others: bool = True
) -> Page[Token]:
    """A page of the same tokens, the newest first; without `of_others` only of one's own.

    Raises CannotRun, for a cursor of another list too.
    """
    person = acting(connection, by, Act.READ)
    everybody = of_others and _manages(person)
    return Tokens(connection).page(None if everybody else person.name, asked)


def caller_of_token(connection: sa.Connection, secret: str, at: datetime) -> Caller | None:
    """Who shows a token; None where it lets nobody in. Notes its use, at most once an hour.

    Nobody is let in by what is unknown, mistyped, over, revoked, or of somebody removed. What is
    noted needs a connection that writes; `enter.by_token` takes one only then.
    """
    found = find_caller(connection, secret, at)
    if found is None:
        return None
    if found.is_due:
        Tokens(connection).use(found.token, at)
    return found.caller


def find_caller(connection: sa.Connection, secret: str, at: datetime) -> FoundCaller | None:
    """The same, and nothing is noted."""
    digest = digest_of(secret, Kind.TOKEN)
    found = None if digest is None else Tokens(connection).find(digest)
    if found is None:
        return None
    token, person = found
    if not token.holds(at):
        return None
    is_due = token.used is None or at - token.used >= _USED_AGAIN
    caller = Caller(person, within(person.role, token.role), f"token:{token.id}")
    return FoundCaller(caller, token, is_due)


def _manages(person: Person) -> bool:
    return person.role in MAY[Act.MANAGE_TOKENS]
