"""Saving: each content once, whatever its name, all of it or nothing."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from regiongate.control.survey.save import Seen, keep, plan
from regiongate.domain.errors import CannotRun
from regiongate.store.database import Database
from regiongate.store.demands import SCHEMA as DEMAND_SCHEMA
from regiongate.store.sightings import Sightings
from regiongate.survey.files import LogFile, log_files
from tests.support.sightings import sighting, table
from tests.support.stores import database, postgresql, store_url

__all__ = ["database", "postgresql", "store_url"]

AT = datetime(2026, 6, 2, tzinfo=UTC)


NO_DEMAND = DEMAND_SCHEMA.empty_table()


def _seen(files: Sequence[LogFile]) -> Seen:
    """Three requests for each line; what becomes of lines is tested elsewhere."""
    rows = []
    for file in files:
        with file.open() as content:
            rows += [sighting(organization=line.decode().strip()) for line in content]
    return Seen(table(rows), NO_DEMAND)


def _save(database: Database, *paths: Path) -> int:
    files = log_files([str(path) for path in paths], paths[0].parent)
    return keep(database, plan(database, files, AT), _seen)


def _found(database: Database) -> dict[str | None, int]:
    with database.reading() as connection:
        return {one.organization: one.requests for one in Sightings(connection).all()}


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A log of two organizations."""
    path = tmp_path / "a.log"
    path.write_text("acme\nother\nacme\n")
    return path


def test_the_same_content_changes_nothing(log: Path, database: Database) -> None:
    """Neither the same file nor its content under another name or compressed is counted again."""
    assert _save(database, log) == 1
    found = _found(database)
    assert found == {"acme": 6, "other": 3}
    copy, packed = log.with_name("b.log"), log.with_name("c.log.gz")
    copy.write_bytes(log.read_bytes())
    packed.write_bytes(gzip.compress(log.read_bytes()))
    for path in (log, copy, packed):
        assert _save(database, path) == 0
        assert _found(database) == found


def test_different_files_add_up(log: Path, database: Database) -> None:
    """Two files of one save, one of them twice, and a third later: each counts once."""
    other, third = log.with_name("b.log"), log.with_name("c.log")
    other.write_text("acme\n")
    third.write_text("other\n")
    twice = log.with_name("d.log")
    twice.write_bytes(log.read_bytes())
    assert _save(database, log, other, twice) == 2
    assert _save(database, log, third) == 1
    assert _found(database) == {"acme": 9, "other": 6}


def test_many_at_once(log: Path, store_url: str) -> None:
    """Of several processes that save the same file at the same time, one does."""
    opened = [Database.open(store_url) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        added = list(pool.map(lambda database: _save(database, log), opened))
    assert sorted(added) == [0, 0, 0, 1]
    assert _found(opened[0]) == {"acme": 6, "other": 3}
    for one in opened:
        one.close()


def test_a_longer_state_of_a_saved_log(log: Path, database: Database) -> None:
    """A log that has grown since it was saved would count its beginning twice: it is refused."""
    _save(database, log)
    log.write_text(log.read_text() + "acme\n")
    with pytest.raises(CannotRun, match=r"begins with all of .*a.log, saved 2026-06-02"):
        _save(database, log)
    other = log.with_name("b.log")
    other.write_text("acme\nelse\nthis one only begins alike\n")
    assert _save(database, other) == 1


def test_a_file_that_changes_meanwhile(log: Path, database: Database) -> None:
    """Nothing is kept of a file that was written to while it was read."""

    def growing(files: Sequence[LogFile]) -> Seen:
        found = _seen(files)
        log.write_text(log.read_text() + "acme\n")
        return found

    found = plan(database, log_files([str(log)], log.parent), AT)
    with pytest.raises(CannotRun, match="changed while it was read"):
        keep(database, found, growing)
    assert _found(database) == {}


def test_a_refused_row_keeps_the_file_unsaved(log: Path, database: Database) -> None:
    """When the store refuses a sighting, the file is not noted as saved either."""
    found = plan(database, log_files([str(log)], log.parent), AT)
    with pytest.raises(CannotRun, match="refuses"):
        keep(database, found, lambda _: Seen(table([sighting(network="192.0.2.1")]), NO_DEMAND))
    assert _save(database, log) == 1


def test_an_empty_file(tmp_path: Path, database: Database) -> None:
    """An empty file is saved like any other, and is no beginning of another."""
    empty, log = tmp_path / "a.log", tmp_path / "b.log"
    empty.touch()
    log.write_text("acme\n")
    assert _save(database, empty) == 1
    assert _save(database, log) == 1
    assert _found(database) == {"acme": 3}
