"""The tables of access: what cannot be true cannot be written, by SQL neither."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from regiongate.domain.errors import CannotRun
from regiongate.store.access_tables import ANSWER, LOGIN, SESSION, TOKEN
from regiongate.store.database import Database
from tests.support.access import begin_with_people
from tests.support.profiles import NOON

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
DIGEST = "0123456789abcdef" * 4

RIGHT: dict[str, tuple[sa.Table, dict[str, Any]]] = {
    "token": (
        TOKEN,
        {"id": "t-1", "person": "li", "name": "ci", "role": "viewer", "digest": DIGEST}
        | {"issued": NOON, "until": NOON + 366 * DAY},
    ),
    "session": (
        SESSION,
        {"id": "s-1", "person": "li", "how": "oidc", "digest": DIGEST}
        | {"begun": NOON, "seen": NOON, "until": NOON + 8 * HOUR},
    ),
    "login": (
        LOGIN,
        {"digest": DIGEST, "person": "li", "made": NOON, "until": NOON + 10 * MINUTE},
    ),
    "answer": (ANSWER, {"person": "li", "key": "k", "fingerprint": DIGEST, "at": NOON}),
}

WRONG: list[tuple[str, dict[str, Any]]] = [
    ("token", {"person": "zoe"}),
    ("token", {"name": " "}),
    ("token", {"name": "x" * 101}),
    ("token", {"role": "root"}),
    ("token", {"digest": DIGEST[1:]}),
    ("token", {"digest": DIGEST.upper()}),
    ("token", {"until": NOON}),
    ("token", {"until": NOON + 366 * DAY + 2 * SECOND}),
    ("token", {"used": NOON - SECOND}),
    ("token", {"revoked": NOON}),
    ("token", {"revoked_by": "li"}),
    ("token", {"revoked": NOON - SECOND, "revoked_by": "li"}),
    ("session", {"person": "zoe"}),
    ("session", {"how": "password"}),
    ("session", {"digest": "x" * 64}),
    ("session", {"until": NOON + 8 * HOUR + 2 * SECOND}),
    ("session", {"seen": NOON - SECOND}),
    ("session", {"seen": NOON + 8 * HOUR + SECOND}),
    ("login", {"person": "zoe"}),
    ("login", {"digest": ""}),
    ("login", {"until": NOON}),
    ("login", {"until": NOON + 10 * MINUTE + 2 * SECOND}),
    ("answer", {"person": "zoe"}),
    ("answer", {"key": ""}),
    ("answer", {"key": "x" * 256}),
    ("answer", {"fingerprint": "x"}),
    ("answer", {"status": 200}),
    ("answer", {"status": 200, "headers": "{}"}),
    ("answer", {"body": b"{}"}),
    ("answer", {"status": 99, "headers": "{}", "body": b""}),
]


def _write(database: Database, what: str, **facts: Any) -> None:
    table, right = RIGHT[what]
    with database.writing() as connection:
        connection.execute(sa.insert(table).values({**right, **facts}))


@pytest.mark.parametrize("what", RIGHT)
def test_the_longest_that_may_be_can_be_written(database: Database, what: str) -> None:
    """And only once."""
    begin_with_people(database)
    _write(database, what)
    with pytest.raises(CannotRun, match="refuses"):
        _write(database, what, **({"id": "other"} if "id" in RIGHT[what][1] else {}))


@pytest.mark.parametrize(("what", "facts"), WRONG)
def test_what_cannot_be_true_is_refused(
    database: Database, what: str, facts: dict[str, Any]
) -> None:
    """Nobody unknown, nothing that holds too long, nothing told by half."""
    begin_with_people(database)
    with pytest.raises(CannotRun, match="refuses"):
        _write(database, what, **facts)


def test_all_goes_with_its_person(database: Database) -> None:
    """Whoever comes back under the same name finds nothing of it."""
    begin_with_people(database)
    for what in RIGHT:
        _write(database, what)
    with database.writing() as connection:
        connection.execute(sa.text("DELETE FROM person WHERE name = 'li'"))
    with database.reading() as connection:
        for table, _ in RIGHT.values():
            assert connection.execute(sa.select(table)).all() == []
