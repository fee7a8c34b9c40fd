"""Stores for the tests, each on SQLite and on PostgreSQL; import the fixtures that are used."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pytest

from regiongate import store
from regiongate.store.database import Database
from tests.support.postgresql import HINT, Server, binaries, running_server

for _module in iter_modules(store.__path__):
    # A table is known once its module is: whoever looks at the catalogue sees all of them.
    import_module(f"{store.__name__}.{_module.name}")

BOTH = ("sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql))


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """A server of our own, or a skip with what to install."""
    programs = binaries()
    if programs is None:
        pytest.skip(HINT)
    with running_server(programs) as server:
        Database.open(server.template_database()).close()
        yield server


@cache
def _empty_store() -> bytes:
    """The file of an empty store: a copy of it takes less time than to migrate another one."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "regiongate.db"
        Database.open(f"sqlite:///{path}").close()
        return path.read_bytes()


def sqlite_url(folder: Path) -> str:
    """The URL of an empty store, made in a folder that has none."""
    path = folder / "regiongate.db"
    path.touch(mode=0o600, exist_ok=False)
    path.write_bytes(_empty_store())
    return f"sqlite:///{path}"


@pytest.fixture(params=BOTH)
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Where an empty store is, on either database."""
    if request.param == "sqlite":
        folder = tmp_path / "store"
        folder.mkdir(mode=0o700)
        yield sqlite_url(folder)
        return
    server: Server = request.getfixturevalue("postgresql")
    url = server.new_database()
    yield url
    server.drop(url)


@pytest.fixture
def database(store_url: str) -> Iterator[Database]:
    """An open store."""
    found = Database.open(store_url)
    yield found
    found.close()
