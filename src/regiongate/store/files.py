"""Saved files: which contents the sightings hold already."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from regiongate.store.schema import METADATA, check
from regiongate.store.types import COUNT, Instant

FILE = sa.Table(
    "saved_file",
    METADATA,
    sa.Column("digest", sa.Text, primary_key=True, comment="SHA-256 of the content, decompressed"),
    sa.Column("head", sa.Text, nullable=False, comment="SHA-256 of the first line"),
    sa.Column("bytes", COUNT, nullable=False, comment="of the content, decompressed"),
    sa.Column("name", sa.Text, nullable=False, comment="what it was called, for people only"),
    sa.Column("saved_at", Instant, nullable=False),
    *check("digests_are_sha256", "length(digest) = 64 AND length(head) = 64"),
    *check("content_is_counted", "bytes >= 0"),
    sa.Index("saved_file_head_ix", "head"),
    comment="A file whose rows are in the sightings; its content, not its name, tells it apart",
    sqlite_with_rowid=False,
    sqlite_strict=True,
)


@dataclass(frozen=True, slots=True)
class SavedFile:
    """A file as it was saved.

    `digest` is that of its decompressed content and `head` that of its first line, both SHA-256 in
    hexadecimal; `bytes` is the length of the decompressed content.
    """

    digest: str
    head: str
    bytes: int
    name: str
    saved_at: datetime


class SavedFiles:
    """The saved files within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(self, file: SavedFile) -> bool:
        """Note a file; False, and nothing changes, when its content has been saved before.

        Another transaction that saves the same content is waited for.
        """
        values = {column.name: getattr(file, column.name) for column in FILE.columns}
        insert = _insert(self._connection, FILE).values(values)
        statement = insert.on_conflict_do_nothing().returning(FILE.c.digest)
        return self._connection.execute(statement).first() is not None

    def find(self, digest: str) -> SavedFile | None:
        """The file with this content."""
        return next(iter(self._where(FILE.c.digest == digest)), None)

    def beginning(self, head: str) -> list[SavedFile]:
        """The files that begin with this first line, the shortest first."""
        return self._where(FILE.c.head == head)

    def _where(self, condition: sa.ColumnElement[bool]) -> list[SavedFile]:
        query = sa.select(FILE).where(condition).order_by(FILE.c.bytes, FILE.c.digest)
        return [SavedFile(**row._mapping) for row in self._connection.execute(query)]


def _insert(connection: sa.Connection, table: sa.Table) -> Any:
    """An insertion that can yield to a row which is there; each database has its own."""
    if connection.dialect.name == "sqlite":
        return sqlite.insert(table)
    return postgresql.insert(table)
