"""The schema: how it comes to be, and what it refuses."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from regiongate.domain.errors import CannotRun
from regiongate.store.database import Database
from regiongate.store.migrate import VERSION_TABLE
from regiongate.store.schema import METADATA
from regiongate.store.sightings import Sightings
from tests.support.sightings import ONE, sighting, table

WRONG: list[dict[str, Any]] = [
    {"network": "192.0.2.1"},
    {"requests": 0, "unsupported": 0, "disputed": 0, "warned": 0, "blocked": 0},
    {"unsupported": 3},
    {"disputed": -1},
    {"anonymized": -1},
    {"anonymized": 4},
    {"tokens": -1},
    {"allowed": 1},
    {"warned": -1, "blocked": 4},
    {"first": ONE.last, "last": ONE.first},
    {"last": ONE.last.replace(day=2)},
]


def test_migrations_make_what_the_tables_say(database: Database) -> None:
    """The migrated schema and the tables in the code are the same, constraints included."""
    with database.reading() as connection:
        context = MigrationContext.configure(
            connection, opts={"version_table": VERSION_TABLE, "compare_type": True}
        )
        assert compare_metadata(context, METADATA) == []
        inspector = sa.inspect(connection)
        for name, made in METADATA.tables.items():
            found = {check["name"] for check in inspector.get_check_constraints(name)}
            said = {
                str(check.name)
                for check in made.constraints
                if isinstance(check, sa.CheckConstraint)
            }
            assert found == said, name


def test_columns_are_explained(database: Database) -> None:
    """PostgreSQL keeps what each table is for; every table of ours says it."""
    assert all(made.comment for made in METADATA.tables.values())
    if database.engine.dialect.name == "postgresql":
        with database.reading() as connection:
            for name, made in METADATA.tables.items():
                assert sa.inspect(connection).get_table_comment(name)["text"] == made.comment


def test_opening_twice_at_once(store_url: str) -> None:
    """Whoever opens an empty store at the same time as others finds one schema, made once."""
    with ThreadPoolExecutor(4) as pool:
        for found in pool.map(Database.open, [store_url] * 4):
            found.close()


def test_a_newer_schema_is_refused(store_url: str) -> None:
    """A store of a later version is left alone, with the remedy."""
    found = Database.open(store_url)
    with found.writing() as connection:
        connection.exec_driver_sql(f"UPDATE {VERSION_TABLE} SET version_num = '9999'")  # noqa: S608
    found.close()
    with pytest.raises(CannotRun, match=r"schema 9999.*update regiongate"):
        Database.open(store_url)


@pytest.mark.parametrize("facts", WRONG, ids="-".join)
def test_wrong_sightings_are_refused(database: Database, facts: dict[str, Any]) -> None:
    """What cannot be true of a sighting cannot be written, and nothing of its transaction is."""
    with pytest.raises(CannotRun, match="refuses"), database.writing() as connection:
        Sightings(connection).add(table([sighting(organization="fine")]))
        Sightings(connection).add(table([sighting(**facts)]))
    with database.reading() as connection:
        assert list(Sightings(connection).all()) == []


@pytest.mark.parametrize("url", ["sqlite://", "mysql://x/y", "nonsense", "sqlite:///:memory:"])
def test_other_urls_are_refused(url: str) -> None:
    """What names no lasting store of a known kind is refused with what to write."""
    with pytest.raises(CannotRun, match="names no store: write sqlite:///PATH"):
        Database.open(url)


def test_a_password_is_not_told() -> None:
    """An error about a store that cannot be reached does not repeat its password."""
    with pytest.raises(CannotRun) as caught:
        Database.open("postgresql://me:secret@127.0.0.1:1/none")
    assert "secret" not in str(caught.value)


def test_another_file_is_refused(tmp_path: Path) -> None:
    """A file that is no database is left as it is."""
    path = tmp_path / "notes.txt"
    path.write_text("These are no pages of a database, but a good many words.\n" * 100)
    with pytest.raises(CannotRun, match="not a database"):
        Database.open(f"sqlite:///{path}")
    assert path.read_text().startswith("These")


def test_the_file_is_private_and_journaled(tmp_path: Path) -> None:
    """On SQLite nobody else may read who called from where, and readers never wait."""
    path = tmp_path / "made" / "regiongate.db"
    Database.open(f"sqlite:///{path}").close()
    assert path.stat().st_mode & 0o777 == 0o600
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
