"""Many rows at once into a table, a known row growing by the new one."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import sqlalchemy as sa

from regiongate.domain.errors import CannotRun

_ROWS = 50_000
"""So many rows are turned into the database's form at a time."""


def merge(
    connection: sa.Connection, into: sa.Table, rows: pa.Table, growth: Mapping[str, str]
) -> None:
    """Insert rows (the columns of `into`, in its order), or let the known ones grow.

    `growth` says per column what it becomes, in SQL over the known row and `excluded`, the new
    one. The same primary key must not come twice in `rows`.
    """
    _require_text(rows)
    if connection.dialect.name == "sqlite":
        _into_sqlite(connection, into, rows, growth)
    else:
        _into_postgresql(connection, into, rows, growth)


def _require_text(rows: pa.Table) -> None:
    """PostgreSQL has no text with a zero character in it, so neither database gets one."""
    for name, column in zip(rows.column_names, rows.columns, strict=True):
        if pa.types.is_string(column.type):
            bad = column.filter(pc.match_substring(column, "\0"))
            if len(bad):
                message = f"the {name} {bad[0].as_py()!r} holds a zero character"
                raise CannotRun(f"{message}: no store keeps that, correct the log")


def _into_sqlite(
    connection: sa.Connection, into: sa.Table, rows: pa.Table, growth: Mapping[str, str]
) -> None:
    marks = ", ".join("?" * len(into.columns))
    statement = f"INSERT INTO {into.name} VALUES ({marks}) {_conflict(into, growth)}"  # noqa: S608
    for some in _slices(rows):
        columns = [_listed(_plain(column)) for column in some.columns]
        connection.exec_driver_sql(statement, list(zip(*columns, strict=True)))


def _into_postgresql(
    connection: sa.Connection, into: sa.Table, rows: pa.Table, growth: Mapping[str, str]
) -> None:
    incoming = f"incoming_{into.name}"
    # It is kept with the connection: a follower that made one a second would fill the catalogue.
    connection.exec_driver_sql(
        f"CREATE TEMPORARY TABLE IF NOT EXISTS {incoming} (LIKE {into.name}) ON COMMIT DELETE ROWS"
    )
    connection.exec_driver_sql(f"TRUNCATE {incoming}")
    copying = f"COPY {incoming} FROM STDIN (FORMAT csv)"
    with _cursor(connection) as cursor, cursor.copy(copying) as copy:
        for some in _slices(rows):
            copy.write(_csv(some))
    statement = f"INSERT INTO {into.name} TABLE {incoming} {_conflict(into, growth)}"
    connection.exec_driver_sql(statement)


def _conflict(into: sa.Table, growth: Mapping[str, str]) -> str:
    known = ", ".join(column.name for column in into.primary_key)
    grown = ", ".join(f"{name} = {becomes}" for name, becomes in growth.items())
    return f"ON CONFLICT ({known}) DO UPDATE SET {grown}"


def _cursor(connection: sa.Connection) -> Any:
    """A cursor of psycopg itself, within the transaction: only it can copy."""
    return connection.connection.cursor()


def _slices(rows: pa.Table) -> Iterator[pa.Table]:
    for begin in range(0, rows.num_rows, _ROWS):
        yield rows.slice(begin, _ROWS)


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Dates and instants as the texts that `types.Day` and `types.Instant` write on SQLite."""
    # A cast writes what strftime would, thirty times as fast; but it is slow with a time zone.
    if pa.types.is_date(column.type):
        return column.cast(pa.string())
    if pa.types.is_timestamp(column.type):
        text = column.cast(pa.timestamp("us")).cast(pa.string())
        return pc.binary_join_element_wise(pc.replace_substring(text, " ", "T"), "Z", "")
    return column


def _listed(column: pa.ChunkedArray) -> list[Any]:
    """The values of a column; by way of NumPy, which is quicker but has no null among numbers."""
    values = column.to_pylist() if column.null_count else column.to_numpy().tolist()
    return list(values)


def _csv(rows: pa.Table) -> memoryview:
    """Rows as CSV in which null is nothing and an empty text is two quotes, as COPY reads it."""
    out = io.BytesIO()
    pyarrow.csv.write_csv(rows, out, pyarrow.csv.WriteOptions(include_header=False))
    return out.getbuffer()
