"""Let somebody in at the price of one read: a transaction that writes is taken only when due.

On SQLite whoever writes waits for the writer before, such as an import of many organizations.
"""

from __future__ import annotations

from datetime import datetime

from regiongate.control.access.sessions import Session, caller_of_session, find_session
from regiongate.control.access.tokens import caller_of_token, find_caller
from regiongate.domain.access import Caller
from regiongate.store.database import Database


def by_token(database: Database, secret: str, at: datetime) -> Caller | None:
    """Who shows a token, as `caller_of_token` says."""
    with database.glancing() as connection:
        found = find_caller(connection, secret, at)
    if found is None or not found.is_due:
        return None if found is None else found.caller
    with database.writing() as connection:
        return caller_of_token(connection, secret, at)


def by_session(database: Database, secret: str, at: datetime) -> Session | None:
    """The session that a browser shows, as `caller_of_session` says."""
    with database.glancing() as connection:
        found = find_session(connection, secret, at)
    if found is None or not found.is_due:
        return None if found is None else found.session
    with database.writing() as connection:
        return caller_of_session(connection, secret, at)
