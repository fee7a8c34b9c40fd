"""Appeals, one page at a time, the one that is due first at the top."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from regiongate.domain.appeal import AppealState
from regiongate.store.appeals import APPEAL
from regiongate.store.case_tables import CASE
from regiongate.store.paging import FIRST, Asked, Order, Page, page

_ORDER = Order("appeals", (APPEAL.c.due, APPEAL.c.id))


@dataclass(frozen=True, slots=True)
class Queued:
    """An appeal in a list; `decided` is None while it is open, `again` where it reopens another."""

    id: str
    case: int
    organization: str
    state: AppealState
    opened: datetime
    due: datetime
    decided: datetime | None
    again: bool


def appeals(
    connection: sa.Connection,
    state: AppealState | None = None,
    due_before: datetime | None = None,
    asked: Asked = FIRST,
) -> Page[Queued]:
    """A page of the appeals in a state (None: in any) that are due before an instant.

    Raises CannotRun for a cursor of another list.
    """
    c = APPEAL.c
    query = sa.select(
        *(c.id, c["case"], CASE.c.organization, c.state, c.opened, c.due, c.decided, c.reopened_of)
    ).join(CASE, CASE.c.number == c["case"])
    if state is not None:
        # As a constant, so that the index of the open ones serves.
        query = query.where(c.state == sa.literal_column(f"'{state.value}'"))
    if due_before is not None:
        query = query.where(c.due < due_before)
    return page(connection, query, _ORDER, asked, _queued)


def _queued(row: Sequence[Any]) -> Queued:
    number, case, organization, state, opened, due, decided, reopened = row[:8]
    again = reopened is not None
    return Queued(number, case, organization, AppealState(state), opened, due, decided, again)
