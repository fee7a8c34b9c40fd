"""Notices, one page at a time, the newest first."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from regiongate.domain.notice import Event
from regiongate.store.notice_tables import NOTICE, NoticeState
from regiongate.store.notices import KeptNotice, kept
from regiongate.store.paging import FIRST, Asked, Order, Page, page

_ORDER = Order("notices", (NOTICE.c.composed_at, NOTICE.c.id), descending=True)


def notices(
    connection: sa.Connection,
    state: NoticeState | None = None,
    event: Event | None = None,
    *,
    bounced: bool = False,
    case: int | None = None,
    asked: Asked = FIRST,
) -> Page[KeptNotice]:
    """A page of the notices in a state, of an event, of a case, that came back; None: of any.

    Raises CannotRun for a cursor of another list.
    """
    query = sa.select(NOTICE)
    if state is not None:
        query = query.where(NOTICE.c.state == state.value)
    if event is not None:
        query = query.where(NOTICE.c.event == event.value)
    if case is not None:
        query = query.where(NOTICE.c["case"] == case)
    if bounced:
        query = query.where(NOTICE.c.bounced_at.is_not(None))
    return page(connection, query, _ORDER, asked, _read)


def _read(row: sa.Row[Any]) -> KeptNotice:
    return kept({column.name: row._mapping[column] for column in NOTICE.columns})
