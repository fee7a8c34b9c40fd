"""Paging: one page of a list at a time, found by where the page before it ended.

A cursor names the row beside which a page lies, by the values that the list is sorted by, so a page
costs the same wherever it is, and rows that come or go meanwhile shift nothing.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar

import sqlalchemy as sa

from regiongate.domain.errors import CannotRun
from regiongate.store.types import Day, Instant

MOST = 500
"""So many rows are on a page at most."""

_LONGEST = 4096

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some rows of a list, and the cursors of the pages after and before; None: there is none."""

    rows: tuple[T, ...]
    next_cursor: str | None
    previous_cursor: str | None


@dataclass(frozen=True, slots=True)
class Order:
    """What a list is sorted by. `name` is of the list and its order; a cursor holds for no other.

    The values of `columns` are never null, and together no two rows have the same.
    """

    name: str
    columns: tuple[sa.ColumnElement[Any], ...]
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """Which page is asked for: so many rows, behind a cursor or before it; None: the first."""

    size: int = 50
    cursor: str | None = None

    def __post_init__(self) -> None:
        """A page of nothing leads nowhere, and one of everything is no page."""
        if not 1 <= self.size <= MOST:
            raise CannotRun(f"a page of {self.size} rows: ask for 1 to {MOST}")


FIRST = Asked()


@dataclass(frozen=True, slots=True)
class _Place:
    back: bool
    values: tuple[Any, ...]


def page(
    connection: sa.Connection,
    query: sa.Select[Any] | Sequence[sa.Select[Any]],
    order: Order,
    asked: Asked,
    read: Callable[[sa.Row[Any]], T],
) -> Page[T]:
    """One page of what a query finds, or of what several find that have no row in common.

    Raises CannotRun for a cursor that is not of this list.
    """
    place = None if asked.cursor is None else _place(asked.cursor, order)
    back = place is not None and place.back
    width = len(order.columns)
    found: list[sa.Row[Any]] = []
    for one in [query] if isinstance(query, sa.Select) else query:
        keyed = one.add_columns(*(c.label(f"at_{n}") for n, c in enumerate(order.columns)))
        found += connection.execute(_limited(keyed, order, place).limit(asked.size + 1)).all()
    if not isinstance(query, sa.Select):
        found.sort(key=lambda row: tuple(row[-width:]), reverse=order.descending != back)
    more = len(found) > asked.size
    rows = found[: asked.size]
    if back:
        rows.reverse()
    ends = [tuple(row[-width:]) for row in (rows[:1] + rows[-1:])]
    after, before = (True, more) if back else (more, place is not None)
    return Page(
        rows=tuple(read(row) for row in rows),
        next_cursor=_cursor(order, False, ends[-1]) if rows and after else None,
        previous_cursor=_cursor(order, True, ends[0]) if rows and before else None,
    )


def _limited(query: sa.Select[Any], order: Order, place: _Place | None) -> sa.Select[Any]:
    falling = order.descending != (place is not None and place.back)
    if place is not None:
        pairs = zip(order.columns, place.values, strict=True)
        here = sa.tuple_(*(sa.literal(value, column.type) for column, value in pairs))
        key = sa.tuple_(*order.columns)
        query = query.where(key < here if falling else key > here)
    return query.order_by(*(c.desc() if falling else c.asc() for c in order.columns))


def _cursor(order: Order, back: bool, values: tuple[Any, ...]) -> str:
    plain = [one.isoformat() if isinstance(one, date) else one for one in values]
    text = json.dumps([order.name, back, *plain], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def _place(cursor: str, order: Order) -> _Place:
    try:
        if len(cursor) > _LONGEST:
            raise ValueError("too long")
        padded = cursor + "=" * (-len(cursor) % 4)
        name, back, *values = json.loads(base64.b64decode(padded, b"-_", validate=True))
        if name != order.name or not isinstance(back, bool):
            raise ValueError("of another list")
        pairs = zip(order.columns, values, strict=True)
        return _Place(back, tuple(_value(column, value) for column, value in pairs))
    except (ValueError, TypeError, RecursionError, binascii.Error) as error:
        message = f"{cursor[:40]!r} is no cursor of this list in this order"
        raise CannotRun(f"{message}: begin with its first page") from error


def _value(column: sa.ColumnElement[Any], value: Any) -> Any:
    """A value of a cursor as the column has it. Raises ValueError for one of another type."""
    if isinstance(column.type, sa.Integer):
        if type(value) is not int or not -(2**63) <= value < 2**63:
            raise ValueError("no number")
        return value
    if not isinstance(value, str) or "\0" in value:
        raise ValueError("no text")
    value.encode()  # Half of a surrogate pair is text in JSON, and in no database.
    if isinstance(column.type, Instant):
        instant = datetime.fromisoformat(value)
        if instant.utcoffset() is None:
            raise ValueError("no time zone")
        return instant
    return date.fromisoformat(value) if isinstance(column.type, Day) else value
