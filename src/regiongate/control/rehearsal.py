"""A rehearsal: what a verb would do to the store, done in one transaction and undone at its end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import sqlalchemy as sa

from regiongate.store.database import Database

Transaction = Callable[[], AbstractContextManager[sa.Connection]]
"""What opens a transaction: `Database.writing`, or a rehearsal's."""


class _Undone(Exception):
    """Ends a transaction of which nothing is to be kept."""


@contextmanager
def transactions(database: Database, *, rehearsed: bool) -> Iterator[Transaction]:
    """Where a verb gets its transactions; of those of a rehearsal nothing is kept.

    A rehearsal is a single transaction, in which each sees what the ones before have written.
    """
    if not rehearsed:
        yield database.writing
        return
    try:
        with database.writing() as connection:
            yield lambda: _same(connection)
            raise _Undone
    except _Undone:
        pass


@contextmanager
def _same(connection: sa.Connection) -> Iterator[sa.Connection]:
    yield connection
