"""Idempotency keys: a change is made once and answered twice, also when asked at the same time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from threading import Event

import pytest

from regiongate.control.access.once import KeyUsed, forget, keep, once
from regiongate.control.access.secret import Kind, new_secret
from regiongate.domain.errors import CannotRun
from regiongate.store.answers import Answers, Kept
from regiongate.store.database import Database
from regiongate.store.erasure import Erasure
from tests.support.access import begin_with_people, everything
from tests.support.profiles import NOON
from tests.support.stores import database, postgresql, store_url

__all__ = ["database", "postgresql", "store_url"]

ONE, OTHER = "1" * 64, "2" * 64
ANSWER = Kept(201, {"content-type": "application/json", "etag": '"7"'}, b'{"done": "\xc3\xa9"}')
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def people(database: Database) -> None:
    """Mei, Li and Wu."""
    begin_with_people(database)


def _ask(
    database: Database, *, fingerprint: str = ONE, key: str = "k", at: datetime = NOON
) -> Kept | None:
    """Ask, and make and answer the change where that was the first time."""
    with database.writing() as connection:
        found = once(connection, "li", key, fingerprint, at)
        if found is None:
            keep(connection, "li", key, ANSWER.status, ANSWER.headers, ANSWER.body)
        return found


def test_the_second_gets_the_answer_of_the_first(database: Database) -> None:
    """Byte for byte; another key, and the same key of another person, are something else."""
    assert [_ask(database), _ask(database), _ask(database)] == [None, ANSWER, ANSWER]
    assert _ask(database, key="another") is None
    with database.writing() as connection:
        assert once(connection, "wu", "k", ONE, NOON) is None


def test_a_key_stands_for_one_request(database: Database) -> None:
    """With another one it is refused, and the answer stays what it was."""
    _ask(database)
    with pytest.raises(KeyUsed, match="'k' was used for another request"):
        _ask(database, fingerprint=OTHER)
    assert _ask(database) == ANSWER


def test_what_is_undone_has_taken_no_key(database: Database) -> None:
    """Whoever asks again is the first again."""
    with suppress(ZeroDivisionError), database.writing() as connection:
        assert once(connection, "li", "k", ONE, NOON) is None
        raise ZeroDivisionError
    assert _ask(database) is None


@pytest.mark.parametrize("is_kept", [True, False])
def test_of_two_at_once_the_second_waits(database: Database, is_kept: bool) -> None:
    """It gets the answer of the first, or is the first where that one fails."""
    claimed, asked = Event(), Event()

    def first() -> None:
        with suppress(ZeroDivisionError), database.writing() as connection:
            assert once(connection, "li", "k", ONE, NOON) is None
            claimed.set()
            assert asked.wait(10)
            if not is_kept:
                raise ZeroDivisionError
            keep(connection, "li", "k", ANSWER.status, ANSWER.headers, ANSWER.body)

    def second() -> Kept | None:
        assert claimed.wait(10)
        asked.set()
        return _ask(database)

    with ThreadPoolExecutor(2) as pool:
        running, waiting = pool.submit(first), pool.submit(second)
        running.result(timeout=30)
        assert waiting.result(timeout=30) == (ANSWER if is_kept else None)


def test_of_many_at_once_one_makes_the_change(database: Database) -> None:
    """All others get its answer."""
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: _ask(database), range(16)))
    assert found.count(None) == 1 and found.count(ANSWER) == 15


def test_answers_are_kept_for_a_day(database: Database) -> None:
    """Then the key is free again, and what is left is removed."""
    _ask(database)
    _ask(database, key="old")
    assert _ask(database, at=NOON + DAY - timedelta(microseconds=1)) == ANSWER
    assert _ask(database, fingerprint=OTHER, at=NOON + DAY) is None
    with database.writing() as connection:
        assert forget(connection, NOON + DAY) == 1
        assert forget(connection, NOON + DAY) == 0


def test_no_secret_is_kept(database: Database) -> None:
    """What hands one out takes no key, and the change is undone where somebody forgot that."""
    body = f'{{"secret": "{new_secret(Kind.TOKEN).text}"}}'.encode()
    with pytest.raises(ValueError, match="secret"), database.writing() as connection:
        once(connection, "li", "k", ONE, NOON)
        keep(connection, "li", "k", 201, {}, body)
    assert _ask(database) is None


def test_a_key_without_an_answer_makes_no_change_again(database: Database) -> None:
    """Neither where none was kept, nor where an erasure has emptied them all."""
    _ask(database)
    with database.writing() as connection:
        assert once(connection, "li", "none", ONE, NOON) is None
        Answers(connection).empty()
    for key in ("k", "none"):
        with pytest.raises(CannotRun, match="see whether the change was made"):
            _ask(database, key=key)


def test_an_erasure_empties_what_is_kept(database: Database) -> None:
    """An answer may name the organization, and nobody can see which does."""
    _ask(database)
    with database.writing() as connection:
        Erasure(connection, "acme").remove()
    assert "done" not in everything(database)


@pytest.mark.parametrize("key", ["", "x" * 256, "a\nb", "clé"])
def test_a_key_is_a_short_text(database: Database, key: str) -> None:
    """Of ASCII that can be printed."""
    with pytest.raises(CannotRun, match="1 to 255"):
        _ask(database, key=key)


def test_only_a_claimed_key_keeps_an_answer(database: Database) -> None:
    """Whoever has not asked has nothing to answer."""
    with pytest.raises(LookupError, match="claimed"), database.writing() as connection:
        keep(connection, "li", "k", 200, {}, b"")
