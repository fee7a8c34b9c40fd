"""The repositories: what is added is found again, and adds up."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regiongate.domain.errors import CannotRun
from regiongate.domain.sighting import Sighting
from regiongate.store.database import Database
from regiongate.store.files import SavedFile, SavedFiles
from regiongate.store.logs import FollowedLog, FollowedLogs, LogState, Reject
from regiongate.store.sightings import SIGHTING, Sightings
from tests.support.sightings import NOON, ONE, sighting, table

FILE = SavedFile("a" * 64, "b" * 64, 1000, "access.log", NOON)
LOG = FollowedLog("c" * 64, "/logs/access.log", 0, 0, 0, 0, LogState.OPEN, NOON)


def _all(database: Database) -> list[Sighting]:
    with database.reading() as connection:
        return list(Sightings(connection).all())


def test_what_is_added_is_found(database: Database) -> None:
    """Every field comes back as it was, and what nobody said comes back as None."""
    bare = sighting(organization=None, key=None, region=None, tokens=None)
    with database.writing() as connection:
        Sightings(connection).add(table([ONE, bare]))
        Sightings(connection).add(table([]))
    assert _all(database) == [bare, ONE]
    with database.reading() as connection:
        assert Sightings(connection).of("acme") == [ONE]


def test_the_same_sighting_grows(database: Database) -> None:
    """Numbers add up, the times span both, and unsaid tokens leave those that were said."""
    later = sighting(first=NOON + timedelta(hours=2), last=NOON + timedelta(hours=3), tokens=None)
    for rows in ([ONE, later], [later]):
        with database.writing() as connection:
            Sightings(connection).add(table(rows))
    grown = sighting(
        requests=9, unsupported=6, disputed=3, warned=3, blocked=6, last=NOON + timedelta(hours=3)
    )
    assert _all(database) == [grown]


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 5), st.booleans()), max_size=30))
def test_order_does_not_matter(database: Database, seen: list[tuple[str, int, bool]]) -> None:
    """However sightings are cut into transactions, and in whatever order, they add up the same."""
    rows = [
        sighting(organization=name, requests=n, unsupported=n, disputed=0, warned=0, blocked=n)
        for name, n, _ in seen
    ]
    found = []
    for order, cuts in ((rows, seen), (rows[::-1], [])):
        with database.writing() as connection:
            connection.execute(SIGHTING.delete())
        begin = 0
        for end, cut in enumerate(cuts):
            if cut[2]:
                with database.writing() as connection:
                    Sightings(connection).add(table(order[begin:end]))
                begin = end
        with database.writing() as connection:
            Sightings(connection).add(table(order[begin:]))
        found.append(_all(database))
    assert found[0] == found[1]
    assert sum(one.requests for one in found[0]) == sum(n for _, n, _ in seen)


def test_strange_texts_are_kept(database: Database) -> None:
    """Quotes, commas, line ends and other scripts come back as they were."""
    names = ['a"b', "a,b", "a\nb", "\\N", "组织", "a'b", "\ud7ff\U0001f600"]
    with database.writing() as connection:
        Sightings(connection).add(table(sighting(organization=name) for name in names))
    assert {one.organization for one in _all(database)} == set(names)


def test_a_zero_character_is_refused(database: Database) -> None:
    """PostgreSQL keeps no zero character, so no store does, and the message says whose it is."""
    with pytest.raises(CannotRun, match=r"organization 'a\\x00'"), database.writing() as connection:
        Sightings(connection).add(table([sighting(organization="a\0")]))


def test_other_tables_are_no_sightings(database: Database) -> None:
    """A table with other columns is a mistake of the program."""
    with pytest.raises(ValueError, match="no sightings"), database.writing() as connection:
        Sightings(connection).add(pa.table({"organization": ["acme"]}))


def test_a_content_is_noted_once(database: Database) -> None:
    """The same content under another name is known; its first name stays."""
    with database.writing() as connection:
        files = SavedFiles(connection)
        assert files.add(FILE)
        assert not files.add(replace(FILE, name="copy.log", bytes=1))
        assert files.find(FILE.digest) == FILE
        assert files.beginning(FILE.head) == [FILE]
        assert files.find("f" * 64) is None


def test_a_position_moves_once(database: Database) -> None:
    """Two who follow the same log cannot both move it, and rejected lines are kept."""
    rejects = [Reject(10, b"\xff" * 5000, "it is not UTF-8")]
    with database.writing() as connection:
        logs = FollowedLogs(connection)
        logs.begin(LOG)
        assert logs.move(LOG.head, 0, 9000, lines=4, rejects=rejects, at=NOON)
        assert not logs.move(LOG.head, 0, 9000, lines=4, rejects=rejects, at=NOON)
        logs.become(LOG.head, LogState.FINISHED)
        moved = replace(LOG, position=9000, lines=4, rejected=1, state=LogState.FINISHED)
        assert logs.find(LOG.head) == moved
        assert logs.named(LOG.name) == [moved]
        assert logs.rejects(LOG.head) == [(10, "it is not UTF-8", b"\xff" * 4096)]


@pytest.mark.parametrize(
    "wrong",
    [{"head": "c"}, {"begun": 5}, {"rejected": 1}, {"lines": 1}, {"position": -1, "begun": -1}],
    ids=str,
)
def test_wrong_logs_are_refused(database: Database, wrong: dict[str, object]) -> None:
    """What cannot be true of a followed log cannot be written."""
    with pytest.raises(CannotRun, match="refuses"), database.writing() as connection:
        FollowedLogs(connection).begin(replace(LOG, **wrong))  # type: ignore[arg-type]
