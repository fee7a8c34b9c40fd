"""The ledger's tables: what wrong rows they refuse, on both databases."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from regiongate.domain.errors import CannotRun
from regiongate.store.database import Database
from regiongate.store.ledger_tables import CLAIM, ROW
from tests.support.appeals import AT
from tests.support.incentives import claimed, code, grants, spent, vendor

WRONG: list[dict[str, Any]] = [
    {"tokens": -8, "after": -1},
    {"after": 6},
    {"before": 8, "after": 7},
    {"number": 2, "previous": 1, "before": 10, "after": 9},
    {"number": 4, "previous": 3},
    {"number": 4, "previous": 2},
    {"number": 1, "previous": None, "before": 0, "after": -1},
    {"tokens": 1, "after": 8},
    {"kind": "grant", "tokens": 1, "after": 8, "spend": None},
    {"kind": "lapse", "spend": None},
    {"kind": "gift"},
    {"spend": None},
    {"spend": "unknown"},
    {"account": "other"},
]


@pytest.mark.parametrize("facts", WRONG, ids=str)
def test_a_wrong_row_is_refused(database: Database, facts: dict[str, Any]) -> None:
    """A row that does not follow from the one before it cannot be written by anybody."""
    vendor(database)
    [grant] = claimed(database, code(1)).grants
    spent(database, 3, "first")
    right = {"grant_id": grant.id, "number": 3, "account": "acme", "kind": "spend", "tokens": -1}
    right |= {"previous": 2, "before": 7, "after": 6, "spend": "first", "at": AT}
    with pytest.raises(CannotRun, match="refuses"), database.writing() as connection:
        connection.execute(sa.insert(ROW).values({**right, **facts}))
    assert [one.left for one in grants(database)] == [7]


def test_a_row_is_not_changed(database: Database) -> None:
    """What a row left cannot be rewritten once another follows, and a claim cannot be undone."""
    vendor(database)
    claimed(database, code(1))
    spent(database, 3, "first")
    first = sa.update(ROW).where(ROW.c.number == 1).values(tokens=99, after=99)
    for change in (first, sa.delete(CLAIM)):
        with pytest.raises(CannotRun, match="refuses"), database.writing() as connection:
            connection.execute(change)
