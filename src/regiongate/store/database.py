"""Open the store: its engine, its two kinds of transactions, its errors in words."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from regiongate.domain.errors import CannotRun
from regiongate.store.migrate import is_due, upgrade

NAME = "regiongate.db"
"""The file of the store below a state directory."""

_BUSY_SECONDS = 60
_PRAGMAS = (
    "journal_mode = WAL",  # Readers never wait for the writer.
    "synchronous = NORMAL",  # A lost power supply may undo the last transactions, whole ones.
    "foreign_keys = ON",
    "cache_size = -65536",  # 64 MiB: sightings of a day are spread over the whole table.
    "wal_autocheckpoint = 16384",  # So many pages, 64 MiB, are written back at a time.
    f"busy_timeout = {_BUSY_SECONDS * 1000}",
)
_WRITES, _DURABLE = "regiongate_writes", "regiongate_durable"


class Database:
    """An open store whose schema is the newest one. Threads may share it."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._writer = engine.execution_options(**{_WRITES: True})
        self._durable = engine.execution_options(**{_WRITES: True, _DURABLE: True})
        single = {"isolation_level": "AUTOCOMMIT"} if engine.dialect.name == "postgresql" else {}
        self._single = engine.execution_options(**single)

    @classmethod
    def open(cls, url: str) -> Database:
        """Open a store, make it if it is not there, and bring its schema up to date.

        `url` is `sqlite:///PATH` or `postgresql://USER@HOST/NAME`. Raises CannotRun when it cannot
        be opened, is no store, or is one of a newer regiongate.
        """
        found = cls(_engine(_parsed(url)))
        try:
            with found.reading() as connection:
                due = is_due(connection)
            if due:
                with found.writing() as connection:
                    upgrade(connection)
        except BaseException:
            found.close()
            raise
        return found

    @property
    def name(self) -> str:
        """The URL, to be shown: without its password."""
        return self._engine.url.render_as_string(hide_password=True)

    @property
    def engine(self) -> sa.Engine:
        """The engine, for those who compare schemas."""
        return self._engine

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """One transaction that sees one state of the store and changes nothing."""
        with self._told(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def glancing(self) -> Iterator[sa.Connection]:
        """For a single statement that reads, such as for every request.

        On PostgreSQL no transaction begins and ends around it: these two ways there and back take
        longer than what is read.
        """
        with self._told(), self._single.connect() as connection:
            yield connection

    @contextmanager
    def writing(self, *, durable: bool = False) -> Iterator[sa.Connection]:
        """One transaction: all of it is kept, or nothing when the block raises.

        On SQLite it waits for the one before it, so what it reads stays true until it ends. With
        `durable` it is on the disk when the block has ended, so no loss of power undoes it.
        """
        with self._told(), (self._durable if durable else self._writer).begin() as connection:
            yield connection

    def close(self) -> None:
        """Let go of all connections."""
        self._engine.dispose()

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Errors of the database as CannotRun, without the statement and its values."""
        try:
            yield
        except DBAPIError as error:
            reason = str(error.orig).strip().partition("\n")[0]
            raise CannotRun(f"the store {self.name} refuses: {reason}") from error


def default_url(state: Path) -> str:
    """The store of a state directory."""
    return f"sqlite:///{state.resolve() / NAME}"


def sqlite_file(url: str) -> Path | None:
    """The file that the URL of a store names; None for a server. Raises CannotRun as `open`."""
    found = _parsed(url)
    return Path(str(found.database)) if found.drivername == "sqlite" else None


def _parsed(url: str) -> sa.URL:
    try:
        found = sa.make_url(url)
    except sa.exc.ArgumentError:
        raise _wrong(url) from None
    if found.get_backend_name() == "postgresql":
        return found.set(drivername="postgresql+psycopg")
    if found.drivername != "sqlite" or found.database in (None, "", ":memory:"):
        raise _wrong(found.render_as_string(hide_password=True))
    return found


def _wrong(url: str) -> CannotRun:
    return CannotRun(
        f"{url!r} names no store: write sqlite:///PATH, or postgresql://USER@HOST/NAME"
    )


def _engine(url: sa.URL) -> sa.Engine:
    if url.get_backend_name() == "postgresql":
        try:
            return sa.create_engine(url, isolation_level="READ COMMITTED", pool_pre_ping=True)
        except ModuleNotFoundError as error:
            remedy = "install it with: pip install 'regiongate[postgresql]'"
            raise CannotRun(f"a store on PostgreSQL needs psycopg: {remedy}") from error
    _prepare(Path(str(url.database)))
    engine = sa.create_engine(url, connect_args={"timeout": _BUSY_SECONDS})
    sa.event.listen(engine, "connect", _configure)
    sa.event.listen(engine, "begin", _begin)
    return engine


def _prepare(path: Path) -> None:
    """Make the file for this user only: it says who called from where."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise CannotRun(f"cannot keep a store in {path}: {error.strerror}") from error


def _configure(connection: Any, _: object) -> None:
    # The driver must not begin transactions by itself: it would begin them at the first write,
    # too late for what has been read, and never before a change of the schema.
    connection.isolation_level = None
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: sa.Connection) -> None:
    options = connection.get_execution_options()
    if options.get(_WRITES, False):
        level = "FULL" if options.get(_DURABLE, False) else "NORMAL"
        connection.exec_driver_sql(f"PRAGMA synchronous = {level}")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.exec_driver_sql("BEGIN")
