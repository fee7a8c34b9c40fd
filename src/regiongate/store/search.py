"""Search: organizations by how their ids and names begin, through an index on both databases."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa

from regiongate.store.organization_tables import ORGANIZATION

_LAST = "\U0010ffff"
"""No character comes after it."""


def small(names: pa.ChunkedArray | pa.Array) -> pa.ChunkedArray | pa.Array:
    """Names (string) as they are looked for: in small letters of every script (Unicode)."""
    return pc.utf8_lower(names)


def small_text(text: str) -> str:
    """What somebody looks for, in the same small letters."""
    return str(small(pa.array([text], pa.string()))[0].as_py())


def id_begins(
    connection: sa.Connection, column: sa.ColumnElement[str], text: str
) -> sa.ColumnElement[bool]:
    """Whether an id begins with a text, letter by letter."""
    if connection.dialect.name == "sqlite":
        return (column >= text) & (column < text + _LAST)
    # These compare by code points, as the index does, whatever the language of the database.
    at_least, before = column.op("~>=~", is_comparison=True), column.op("~<~", is_comparison=True)
    return sa.and_(at_least(text), before(text + _LAST))


def name_begins(text: str) -> sa.ColumnElement[bool]:
    """Whether the name of an organization begins with a text, in small letters or not."""
    sought = small_text(text)
    return (ORGANIZATION.c.sought >= sought) & (ORGANIZATION.c.sought < sought + _LAST)


def named(connection: sa.Connection, text: str, most: int) -> list[str] | None:
    """The ids of the organizations whose name begins with a text; None: more than `most`."""
    query = sa.select(ORGANIZATION.c.id).where(name_begins(text)).limit(most + 1)
    found = list(connection.execute(query).scalars())
    return None if len(found) > most else found
