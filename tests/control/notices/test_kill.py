"""Killed at any instruction and started again: each notice is accepted once, or told as unknown."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from regiongate.store.cases import Cases
from regiongate.store.database import Database
from regiongate.store.notices import KeptNotice, Notices, NoticeState
from tests.support.cases import WARN
from tests.support.desks import announced
from tests.support.postman import HOUR, Order, Postman, postman
from tests.support.smtp import MailServer, mail_server


@pytest.fixture(scope="module", name="postman")
def _postman() -> Iterator[Postman]:
    with postman() as found:
        yield found


@pytest.fixture(name="server")
def _server(tmp_path: Path) -> Iterator[MailServer]:
    with mail_server(tmp_path) as server:
        yield server


def _taken(server: MailServer) -> Counter[str]:
    """How often the server took each notice."""
    ids: Counter[str] = Counter()
    for envelope in server.accepted:
        assert isinstance(envelope.content, bytes)
        ids[envelope.content.partition(b"Message-ID: <")[2].partition(b"@")[0].decode()] += 1
    return ids


def _all(database: Database) -> list[KeptNotice]:
    with database.reading() as connection:
        return list(Notices(connection).where())


def _check(database: Database, server: MailServer, most_unknown: int) -> int:
    """Hold everything together; returns how many are unknown."""
    taken = _taken(server)
    unknown = 0
    for notice in _all(database):
        with database.reading() as connection:
            case = Cases(connection).get(notice.case)
            attempts = Notices(connection).attempts(notice.id)
        assert case is not None
        assert [one.number for one in attempts] == list(range(1, notice.attempts + 1))
        if notice.state is NoticeState.UNKNOWN:
            unknown += 1
            assert taken[notice.id] <= 1
            assert notice.id in str(case.loud)
        else:
            assert notice.state is NoticeState.ACCEPTED, notice
            assert taken[notice.id] == 1
            assert case.loud is None
    assert unknown <= most_unknown
    return unknown


@pytest.mark.parametrize("stride", [2, pytest.param(1, marks=pytest.mark.slow)])
def test_killed_at_every_step(
    database: Database, store_url: str, server: MailServer, postman: Postman, stride: int
) -> None:
    """One worker dies before each of its steps in turn, and another comes an hour later."""
    for death in count(1, stride):
        announced(database, f"o{death}")
        at = WARN + death * HOUR / 10
        [killed] = postman.deliver(Order(store_url, server.port, at, (death,)))
        if not killed:
            break
        [again] = postman.deliver(Order(store_url, server.port, at + HOUR))
        assert not again
    kills = death // stride
    assert death > 50, "a delivery has more steps than that"
    # What lies between the note that the end comes and that of the answer is a third or so.
    assert 2 <= _check(database, server, most_unknown=kills // 2) <= kills


@pytest.mark.parametrize("threads", [1, 2])
def test_three_workers_killed_again_and_again(
    database: Database, store_url: str, server: MailServer, postman: Postman, threads: int
) -> None:
    """Three processes at once die at any step; those that come after them finish the work."""
    numbers = random.Random(threads)  # noqa: S311
    announced(database, *(f"o{number}" for number in range(40)))
    kills, at = 0, WARN
    for _ in range(100):
        deaths = tuple(numbers.randrange(1, 250) for _ in range(3))
        killed = postman.deliver(Order(store_url, server.port, at, deaths, threads))
        kills += sum(killed)
        at += HOUR
        if not any(killed):
            break
    assert kills >= 10
    unknown = _check(database, server, most_unknown=kills * threads)
    assert sum(_taken(server).values()) >= 40 - unknown
