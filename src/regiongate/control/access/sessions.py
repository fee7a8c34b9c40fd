"""Login sessions of browsers: begin, find out who shows one, end."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa

from regiongate.control.access.secret import Kind, digest_of, new_secret
from regiongate.control.acting import acting
from regiongate.control.new_id import new_id
from regiongate.domain.access import Caller
from regiongate.domain.role import Act
from regiongate.store.sessions import LoginSession, LoginSessions

LONGEST = timedelta(hours=8)
"""How long a session lasts, however much it is used."""

IDLE = timedelta(hours=1)
"""How long a session lasts without being used."""

_SEEN_AGAIN = timedelta(minutes=1)
_PURPOSE = b"regiongate csrf 1\0"


@dataclass(frozen=True, slots=True)
class Begun:
    """A new session: the secret for the browser, kept nowhere, and when it ends at the latest."""

    secret: str = field(repr=False)
    until: datetime


@dataclass(frozen=True, slots=True)
class Session:
    """Who is logged in, what a form must say to be ours, and when the session ends at the latest.

    `csrf` follows from the secret with HMAC-SHA256: who does not know the one cannot say the other.
    """

    caller: Caller
    csrf: str
    until: datetime


@dataclass(frozen=True, slots=True)
class FoundSession:
    """A session that holds, and whether its use is still to be noted."""

    session: Session
    id: str
    is_due: bool


def begin(connection: sa.Connection, person: str, how: str, at: datetime) -> Begun:
    """Log a person in; `how` is `one-time` or `oidc`, and says who vouched for them.

    Raises CannotRun for somebody who is not known here.
    """
    known = acting(connection, person, Act.READ)
    secret = new_secret(Kind.SESSION)
    session = LoginSession(new_id("s"), known, at, at + LONGEST)
    LoginSessions(connection).begin(session, secret.digest, how)
    return Begun(secret.text, session.until)


def caller_of_session(connection: sa.Connection, secret: str, at: datetime) -> Session | None:
    """The session that a browser shows; None where it is over. Notes its use once a minute.

    What is noted needs a connection that writes; `enter.by_session` takes one only then.
    """
    found = find_session(connection, secret, at)
    if found is None:
        return None
    if found.is_due:
        LoginSessions(connection).see(found.id, at)
    return found.session


def find_session(connection: sa.Connection, secret: str, at: datetime) -> FoundSession | None:
    """The same, and nothing is noted."""
    known = _known(connection, secret)
    if known is None or at >= min(known.until, known.seen + IDLE):
        return None
    caller = Caller(known.person, known.person.role, f"session:{known.id}")
    session = Session(caller, _csrf(secret), known.until)
    return FoundSession(session, known.id, at - known.seen >= _SEEN_AGAIN)


def end(connection: sa.Connection, secret: str, at: datetime) -> bool:
    """Log out; False where there is no such session any more."""
    known = _known(connection, secret)
    return known is not None and LoginSessions(connection).end(known, at)


def _known(connection: sa.Connection, secret: str) -> LoginSession | None:
    digest = digest_of(secret, Kind.SESSION)
    return None if digest is None else LoginSessions(connection).find(digest)


def _csrf(secret: str) -> str:
    made = hmac.digest(secret.encode("ascii"), _PURPOSE, hashlib.sha256)
    return base64.urlsafe_b64encode(made).decode().rstrip("=")
