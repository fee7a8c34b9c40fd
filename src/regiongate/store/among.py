"""Which rows have one of many values: thousands of values as one, in the way of each database."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TypeVar

import sqlalchemy as sa

T = TypeVar("T")

MOST = 10_000
"""So many values go into one statement."""


def among(
    connection: sa.Connection, column: sa.ColumnElement[str], values: Sequence[str]
) -> sa.ColumnElement[bool]:
    """That a column has one of these values."""
    if connection.dialect.name == "postgresql":
        return column == sa.any_(sa.literal(list(values), sa.ARRAY(sa.Text)))
    listed = sa.func.json_each(json.dumps(list(values))).table_valued("value")
    return column.in_(sa.select(listed.c.value))


def portions(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """All of the values, so many at a time."""
    for begin in range(0, len(values), MOST):
        yield values[begin : begin + MOST]
