"""Answers that are kept for whoever asks for the same change twice (idempotency keys)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from regiongate.domain.chain import canonical_json
from regiongate.store.access_tables import ANSWER


@dataclass(frozen=True, slots=True)
class Kept:
    """What was answered: the status of HTTP, the headers by their names, and the body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Claim:
    """A key that is in use: what for (SHA-256 in hexadecimal), and the answer if there is one."""

    fingerprint: str
    kept: Kept | None


class Answers:
    """The answers within one transaction: that of the change which they answer."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def claim(self, person: str, key: str, fingerprint: str, at: datetime) -> bool:
        """Take a key of a person; False when it is taken.

        Whoever is second waits until the transaction of the first has ended: where that was
        undone, the second is the first.
        """
        dialect = self._connection.dialect.name
        insert = (postgresql if dialect == "postgresql" else sqlite).insert(ANSWER)
        values = {"person": person, "key": key, "fingerprint": fingerprint, "at": at}
        taken = insert.values(values).on_conflict_do_nothing().returning(ANSWER.c.key)
        return self._connection.execute(taken).first() is not None

    def get(self, person: str, key: str) -> Claim | None:
        """What a key of a person was taken for."""
        query = sa.select(ANSWER).where(ANSWER.c.person == person, ANSWER.c.key == key)
        row = self._connection.execute(query).first()
        if row is None:
            return None
        if row.status is None:
            return Claim(row.fingerprint, None)
        return Claim(row.fingerprint, Kept(row.status, json.loads(row.headers), bytes(row.body)))

    def keep(self, person: str, key: str, kept: Kept) -> None:
        """Keep the answer of a key that was claimed."""
        mine = sa.update(ANSWER).where(ANSWER.c.person == person, ANSWER.c.key == key)
        headers = canonical_json(dict(kept.headers))
        change = mine.values(status=kept.status, headers=headers, body=kept.body)
        if self._connection.execute(change).rowcount != 1:
            raise LookupError(f"nobody has claimed the key {key!r} of {person}")

    def empty(self) -> None:
        """Remove what all answers say, and let the keys be taken: no change is made again."""
        change = sa.update(ANSWER).values(status=None, headers=None, body=None)
        self._connection.execute(change.where(ANSWER.c.status.is_not(None)))

    def forget(self, before: datetime, person: str | None = None, key: str | None = None) -> int:
        """Remove answers claimed before an instant: all, or one key's. Gives how many."""
        old = sa.delete(ANSWER).where(ANSWER.c.at <= before)
        if person is not None:
            old = old.where(ANSWER.c.person == person, ANSWER.c.key == key)
        return self._connection.execute(old).rowcount
