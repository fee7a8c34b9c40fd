"""The store that a command works on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click
import sqlalchemy as sa

from regiongate.domain.errors import CannotRun
from regiongate.store.database import Database, default_url, sqlite_file

F = TypeVar("F", bound=Callable[..., Any])


def store_option(command: F) -> F:
    """`--store`: the URL of the store; None for the one in the state directory."""
    text = "The store: sqlite:///PATH or postgresql://USER@HOST/NAME.  [default: in --state]"
    option = click.option(
        "--store", "store_url", metavar="URL", envvar="REGIONGATE_STORE", help=text
    )
    return option(command)


def open_store(url: str | None, state_dir: Path) -> Database:
    """The store that was said, else that of the state directory; it is made if it is not there."""
    return Database.open(url or default_url(state_dir))


def open_kept(url: str | None, state_dir: Path) -> Database:
    """The same for who only reads. Raises CannotRun where there is no store to be read."""
    found = url or default_url(state_dir)
    path = sqlite_file(found)
    if path is not None and not path.is_file():
        raise CannotRun(f"there is no store {path}: name a --state or a --store")
    return Database.open(found)


@contextmanager
def reading(url: str | None, state_dir: Path) -> Iterator[sa.Connection]:
    """A connection that only reads what is kept. Raises CannotRun."""
    with closing(open_kept(url, state_dir)) as database, database.reading() as connection:
        yield connection
