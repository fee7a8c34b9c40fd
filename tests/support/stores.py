"""Stores for the tests, each on SQLite and on PostgreSQL; import the fixtures that are used."""

from __future__ import annotations

import shutil
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


# No fixture: it would have to be imported wherever the others are.
@cache
def _empty_store(folder: Path) -> Path:
    """The file of an empty store, made once in the folder of this process."""
    path = folder / "empty-store" / "regiongate.db"
    path.parent.mkdir(mode=0o700)
    Database.open(f"sqlite:///{path}").close()
    return path


@pytest.fixture(params=BOTH)
def store_url(
    request: pytest.FixtureRequest, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> str:
    """Where an empty store is, on either database: a copy, for migrating takes longer."""
    if request.param == "sqlite":
        (tmp_path / "store").mkdir(mode=0o700)
        template = _empty_store(tmp_path_factory.getbasetemp())
        copy = shutil.copy(template, tmp_path / "store" / "regiongate.db")
        return f"sqlite:///{copy}"
    server: Server = request.getfixturevalue("postgresql")
    return server.new_database()


@pytest.fixture
def database(store_url: str) -> Iterator[Database]:
    """An open store."""
    found = Database.open(store_url)
    yield found
    found.close()
