"""One-time logins: a link for a person, made by whoever has the store, that works once."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from regiongate.control.access import sessions
from regiongate.control.access.secret import Kind, digest_of, new_secret
from regiongate.control.access.sessions import Begun
from regiongate.control.acting import acting
from regiongate.domain.role import Act
from regiongate.store.sessions import LoginCodes

LASTS = timedelta(minutes=10)
"""How long a code can be redeemed."""

PAGE = "/console/login"
"""Where a code is redeemed, below the origin of a server."""


def one_time(connection: sa.Connection, person: str, at: datetime) -> str:
    """A code that logs a person in once, within ten minutes; the one before it opens nothing more.

    Nobody is asked who they are: whoever can write the store could do everything anyway. Raises
    CannotRun for somebody who is not known here.
    """
    known = acting(connection, person, Act.READ)
    code = new_secret(Kind.LOGIN)
    LoginCodes(connection).offer(known.name, code.digest, at, at + LASTS)
    return code.text


def redeem(connection: sa.Connection, code: str, at: datetime) -> Begun | None:
    """Log in with a code; None where it was used, is over, or was never made."""
    digest = digest_of(code, Kind.LOGIN)
    person = None if digest is None else LoginCodes(connection).take(digest, at)
    return None if person is None else sessions.begin(connection, person, "one-time", at)


def link(url: str, code: str) -> str:
    """The link that a person opens; `url` is the origin of the server, with or without a slash."""
    return f"{url.rstrip('/')}{PAGE}?code={code}"
