"""A change that is asked for twice is made once, and answered twice (idempotency keys)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import sqlalchemy as sa

from regiongate.control.access.secret import holds_secret
from regiongate.domain.errors import CannotRun
from regiongate.store.answers import Answers, Kept

LASTS = timedelta(hours=24)
"""How long an answer is kept."""

LONGEST_KEY = 255


class KeyUsed(CannotRun):
    """The key was used for something else."""


def once(
    connection: sa.Connection, person: str, key: str, fingerprint: str, at: datetime
) -> Kept | None:
    """The answer that a person got under a key; None: they are the first, and the key is theirs.

    `fingerprint` is the SHA-256 of all that is asked for, in hexadecimal. It is asked in the
    transaction of the change, which then calls `keep`: two at once become one after the other, and
    what is undone has taken no key. Raises KeyUsed where the key stands for something else, and
    CannotRun for a key that cannot be.
    """
    if not 0 < len(key) <= LONGEST_KEY or not key.isascii() or not key.isprintable():
        raise CannotRun(f"an idempotency key has 1 to {LONGEST_KEY} characters of ASCII")
    answers = Answers(connection)
    answers.forget(at - LASTS, person, key)
    if answers.claim(person, key, fingerprint, at):
        return None
    claim = answers.get(person, key)
    if claim is None or claim.fingerprint != fingerprint:
        raise KeyUsed(f"the idempotency key {key!r} was used for another request: choose a new one")
    if claim.kept is None:
        raise CannotRun(f"no answer was kept for the key {key!r}: see whether the change was made")
    return claim.kept


def keep(  # noqa: PLR0917
    connection: sa.Connection,
    person: str,
    key: str,
    status: int,
    headers: Mapping[str, str],
    body: bytes,
) -> None:
    """Keep the answer of a change, in its transaction and after `once`.

    Raises ValueError for a body with a secret of ours in it: those are kept nowhere, so what hands
    one out takes no key.
    """
    if holds_secret(body):
        raise ValueError("an answer with a secret in it cannot be kept")
    Answers(connection).keep(person, key, Kept(status, headers, body))


def forget(connection: sa.Connection, at: datetime) -> int:
    """Remove the answers that were kept long enough; how many they were."""
    return Answers(connection).forget(at - LASTS)
