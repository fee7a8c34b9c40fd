"""Login sessions: how they begin, how long they hold, and that they follow their person."""

from __future__ import annotations

from datetime import timedelta

import pytest

from regiongate.control.access import enter
from regiongate.control.access.people import change_person, remove_person
from regiongate.control.access.sessions import Session, begin, caller_of_session, end
from regiongate.domain.errors import CannotRun
from regiongate.domain.role import Person, Role
from regiongate.store.database import Database
from tests.support.access import LI, begin_with_people, everything, said
from tests.support.profiles import NOON
from tests.support.stores import database, postgresql, store_url

__all__ = ["database", "postgresql", "store_url"]

HOUR, MINUTE, TICK = timedelta(hours=1), timedelta(minutes=1), timedelta(microseconds=1)


@pytest.fixture
def secret(database: Database) -> str:
    """Of the session that Li has begun at noon."""
    begin_with_people(database)
    with database.writing() as connection:
        begun = begin(connection, "li", "oidc", NOON)
    assert begun.until == NOON + 8 * HOUR
    return begun.secret


def _session(database: Database, secret: str, after: timedelta) -> Session | None:
    with database.writing() as connection:
        return caller_of_session(connection, secret, NOON + after)


def test_a_session_lets_its_person_in(database: Database, secret: str) -> None:
    """With their own role."""
    found = enter.by_session(database, secret, NOON + MINUTE)
    assert found is not None
    assert (found.caller.person, found.caller.role) == (LI, Role.APPROVER)
    assert found.caller.by.startswith("session:s-")
    assert found == _session(database, secret, MINUTE)


def test_a_session_that_is_not_used_ends(database: Database, secret: str) -> None:
    """After an hour."""
    assert _session(database, secret, HOUR) is None
    assert _session(database, secret, HOUR - TICK) is not None
    assert _session(database, secret, 2 * HOUR - 2 * TICK) is not None


def test_a_session_ends_however_much_it_is_used(database: Database, secret: str) -> None:
    """After eight hours."""
    for quarter in range(32):
        assert _session(database, secret, quarter * HOUR / 4) is not None
    assert _session(database, secret, 8 * HOUR - TICK) is not None
    assert _session(database, secret, 8 * HOUR) is None


def test_use_is_noted_once_a_minute(database: Database, secret: str) -> None:
    """What is noted within it would only make others wait."""
    for after in (59 * MINUTE, 59.5 * MINUTE):
        assert enter.by_session(database, secret, NOON + after) is not None
    assert _session(database, secret, 119 * MINUTE) is None
    assert _session(database, secret, 119 * MINUTE - TICK) is not None


def test_a_session_follows_its_person(database: Database, secret: str) -> None:
    """Another role counts at once, and with the person it is over."""
    with database.writing() as connection:
        change_person(connection, "li", Role.VIEWER, "mei", NOON)
    found = _session(database, secret, MINUTE)
    assert found is not None
    assert (found.caller.person, found.caller.role) == (Person("li", Role.VIEWER), Role.VIEWER)
    with database.writing() as connection:
        remove_person(connection, "li", "mei", NOON)
    assert _session(database, secret, MINUTE) is None


def test_whoever_logs_out_is_out(database: Database, secret: str) -> None:
    """Once; other sessions of the same person go on."""
    with database.writing() as connection:
        other = begin(connection, "li", "one-time", NOON).secret
        assert end(connection, secret, NOON + MINUTE)
        assert not end(connection, secret, NOON + MINUTE)
        assert not end(connection, "nonsense", NOON + MINUTE)
    assert _session(database, secret, MINUTE) is None
    assert _session(database, other, MINUTE) is not None


def test_the_csrf_text_is_of_one_session(database: Database, secret: str) -> None:
    """It stays the same for a session, and no two share it; the secret does not show in it."""
    with database.writing() as connection:
        other = begin(connection, "li", "oidc", NOON).secret
    texts = [
        found.csrf
        for one, after in ((secret, MINUTE), (secret, 2 * MINUTE), (other, MINUTE))
        if (found := _session(database, one, after)) is not None
    ]
    assert texts[0] == texts[1] != texts[2]
    assert len(texts[0]) == 43 and secret[4:] not in texts[0]


def test_nobody_unknown_logs_in(database: Database, secret: str) -> None:
    """Whoever vouches for them; the answer says who could add them."""
    with pytest.raises(CannotRun, match="'zoe': an admin adds"), database.writing() as connection:
        begin(connection, "zoe", "oidc", NOON)


def test_the_store_does_not_know_the_secret(database: Database, secret: str) -> None:
    """Nor the text against forged forms; and what is over is removed at the next login."""
    found = _session(database, secret, MINUTE)
    assert found is not None
    text = everything(database)
    assert secret[4:] not in text and found.csrf not in text
    with database.writing() as connection:
        begin(connection, "wu", "oidc", NOON + 9 * HOUR)
        assert not end(connection, secret, NOON + 9 * HOUR)


def test_logging_in_and_out_is_in_the_trail(database: Database, secret: str) -> None:
    """With who vouched."""
    with database.writing() as connection:
        end(connection, secret, NOON + MINUTE)
    (begun, ended) = said(database, "session:begun", "session:ended")
    assert begun[:2] == ("session:begun", "li") and ended[:2] == ("session:ended", "li")
    assert begun[2] == ended[2]
    assert {**begun[2], "session": ""} == {"session": "", "person": "li", "how": "oidc"}
