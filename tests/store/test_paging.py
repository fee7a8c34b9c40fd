"""Pages: each row once, forwards and backwards, and no cursor but our own."""

from __future__ import annotations

import base64
import json
from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from regiongate.domain.errors import CannotRun
from regiongate.store.database import Database
from regiongate.store.paging import MOST, Asked, Order, Page, page
from regiongate.store.sightings import SIGHTING, Sightings
from tests.support.listings import leafed
from tests.support.sightings import DAY, NOON, sighting, table

C = SIGHTING.c
ORDERS = (
    Order("by-name", (C.organization,)),
    Order("by-count", (C.requests, C.organization), descending=True),
    Order("by-day", (C.day, C.last, C.organization)),
)


def _ask(database: Database, order: Order, asked: Asked) -> Page[str]:
    with database.reading() as connection:
        query = sa.select(C.organization)
        return page(connection, query, order, asked, lambda row: str(row[0]))


@pytest.fixture
def five(database: Database) -> Database:
    """Five organizations, among whom numbers and days repeat."""
    rows = []
    for n, name in enumerate(("a", "b", "ç", "d'", "组织")):
        back = timedelta(days=n // 2)
        n_ = 1 + n % 2
        facts = {"requests": n_, "unsupported": 0, "disputed": 0, "warned": n_, "blocked": 0}
        rows.append(
            sighting(
                organization=name, day=DAY - back, first=NOON - back, last=NOON - back, **facts
            )
        )
    with database.writing() as connection:
        Sightings(connection).add(table(rows))
    return database


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: str(order.name))
@pytest.mark.parametrize("size", [1, 2, 5, MOST])
def test_every_row_comes_once(five: Database, order: Order, size: int) -> None:
    """Going through a list page by page finds what one query finds, and back again the same."""
    [*rows] = _ask(five, order, Asked(MOST)).rows
    assert leafed(lambda asked: _ask(five, order, asked), size) == rows
    assert sorted(rows) == ["a", "b", "d'", "ç", "组织"]


def test_rows_that_come_and_go_shift_nothing(five: Database) -> None:
    """A row that is gone when its page is left does not hide the next one."""
    first = _ask(five, ORDERS[0], Asked(2))
    with five.writing() as connection:
        Sightings(connection).remove("b")
    assert _ask(five, ORDERS[0], Asked(2, first.next_cursor)).rows == ("d'", "ç")


def _written(*said: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(said).encode()).rstrip(b"=").decode()


NOT_OURS = [
    *("", "?", "%%%%", "aGVsbG8", "é", "A" * 5000, "bnVsbA"),
    *(_written(), _written("by-name", False), _written("by-count", False, 1, "a")),
    *(
        _written("by-name", 1, "a"),
        _written("by-name", False, 1),
        _written("by-name", False, "a\0"),
    ),
    *(_written("by-name", False, "\ud800"), _written("by-name", False, "a", "b")),
]


@pytest.mark.parametrize("cursor", NOT_OURS)
def test_other_cursors_are_refused(database: Database, cursor: str) -> None:
    """What is no cursor of this list and order is refused, and no database is asked."""
    with pytest.raises(CannotRun, match="no cursor of this list"):
        _ask(database, ORDERS[0], Asked(2, cursor))


@pytest.mark.parametrize(
    "values",
    [
        (2**63, "a"),
        (True, "a"),
        ("1", "a"),
        (1.5, "a"),
    ],
)
def test_wrong_numbers_are_refused(database: Database, values: tuple[object, ...]) -> None:
    """A number that the column could not hold is refused."""
    with pytest.raises(CannotRun, match="no cursor"):
        _ask(database, ORDERS[1], Asked(2, _written("by-count", False, *values)))


@pytest.mark.parametrize("last", ["2026-06-01T00:00:00", "yesterday", "2026-13-01T00:00:00+00:00"])
def test_wrong_instants_are_refused(database: Database, last: str) -> None:
    """An instant needs its time zone, and has to be one."""
    with pytest.raises(CannotRun, match="no cursor"):
        _ask(database, ORDERS[2], Asked(2, _written("by-day", False, "2026-06-01", last, "a")))


@given(st.text(max_size=60))
def test_no_text_is_more_than_refused(text: str) -> None:
    """Whatever is given as a cursor, the answer is a page or CannotRun."""
    engine = sa.create_engine("sqlite://")
    with engine.connect() as connection, pytest.raises(CannotRun):
        page(connection, sa.select(C.organization), ORDERS[0], Asked(2, text), lambda row: row[0])


@pytest.mark.parametrize("size", [0, -1, MOST + 1])
def test_pages_have_a_size(size: int) -> None:
    """Nobody gets a page of nothing or of everything."""
    with pytest.raises(CannotRun, match="ask for 1 to"):
        Asked(size)
