"""One-time logins: they work once, for ten minutes, and only the newest of a person."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from regiongate.control.access.login import link, one_time, redeem
from regiongate.control.access.people import remove_person
from regiongate.control.access.sessions import Begun, caller_of_session
from regiongate.domain.errors import CannotRun
from regiongate.store.database import Database
from tests.support.access import LI, begin_with_people, everything, said
from tests.support.profiles import NOON
from tests.support.stores import database, postgresql, store_url

__all__ = ["database", "postgresql", "store_url"]

TEN = timedelta(minutes=10)


@pytest.fixture
def code(database: Database) -> str:
    """For Li, made at noon."""
    begin_with_people(database)
    with database.writing() as connection:
        return one_time(connection, "li", NOON)


def _redeem(database: Database, code: str, after: timedelta = timedelta(0)) -> Begun | None:
    with database.writing() as connection:
        return redeem(connection, code, NOON + after)


def test_a_code_logs_in_once(database: Database, code: str) -> None:
    """And the session is the person's."""
    begun = _redeem(database, code)
    assert begun is not None
    with database.writing() as connection:
        found = caller_of_session(connection, begun.secret, NOON)
    assert found is not None and found.caller.person == LI
    assert _redeem(database, code) is None


def test_a_code_ends_after_ten_minutes(database: Database, code: str) -> None:
    """At the very instant."""
    assert _redeem(database, code, TEN) is None
    assert _redeem(database, code, TEN - timedelta(microseconds=1)) is not None


def test_of_many_at_once_one_gets_in(database: Database, code: str) -> None:
    """Whoever of them it is."""
    with ThreadPoolExecutor(8) as pool:
        begun = list(pool.map(lambda _: _redeem(database, code), range(8)))
    assert sum(one is not None for one in begun) == 1


def test_only_the_newest_code_opens(database: Database, code: str) -> None:
    """A link that lies about somewhere is worth nothing once there is another."""
    with database.writing() as connection:
        other = one_time(connection, "wu", NOON)
        newer = one_time(connection, "li", NOON)
    assert _redeem(database, code) is None
    assert _redeem(database, newer) is not None
    assert _redeem(database, other) is not None


def test_a_code_goes_with_its_person(database: Database, code: str) -> None:
    """Whoever is removed does not get in any more."""
    with database.writing() as connection:
        remove_person(connection, "li", "mei", NOON)
    assert _redeem(database, code) is None


def test_nobody_unknown_gets_a_code(database: Database, code: str) -> None:
    """The answer says who could add them."""
    with pytest.raises(CannotRun, match="'zoe': an admin adds"), database.writing() as connection:
        one_time(connection, "zoe", NOON)


def test_a_code_is_known_by_its_digest_and_told(database: Database, code: str) -> None:
    """The store holds no code; the trail says that one was offered, and who used it."""
    assert code[4:] not in everything(database)
    _redeem(database, code)
    events = said(database, "login:offered", "session:begun")
    assert [(tag, actor) for tag, actor, _ in events] == [
        ("login:offered", "regiongate"),
        ("session:begun", "li"),
    ]
    assert events[0][2] == {"person": "li"} and events[1][2]["how"] == "one-time"


@pytest.mark.parametrize("url", ["https://a.example", "https://a.example/"])
def test_a_link_leads_to_the_login(url: str) -> None:
    """Below the origin of the server."""
    assert link(url, "rgl_x") == "https://a.example/console/login?code=rgl_x"
