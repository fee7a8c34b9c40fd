"""A house for each test, on SQLite; what depends on the database is tested beside the store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from regiongate.server.house import House
from regiongate.store.database import Database
from tests.support.house import Clock, house_over
from tests.support.stores import sqlite_url


@pytest.fixture
def clock() -> Clock:
    """The clock of the house."""
    return Clock()


@pytest.fixture
def house(tmp_path: Path, clock: Clock) -> Iterator[House]:
    """A house with people and a policy, and nothing else in its store."""
    database = Database.open(sqlite_url(tmp_path))
    yield house_over(database, tmp_path, clock)
    database.close()
