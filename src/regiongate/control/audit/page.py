"""The audit trail, one page at a time, the newest event first."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from regiongate.control.audit.show import Shown, shown
from regiongate.store.audit import AuditTrail, Which
from regiongate.store.audit_tables import EVENT
from regiongate.store.paging import FIRST, Asked, Order, Page, page

_ORDER = Order("events", (EVENT.c.number,), descending=True)


def events(connection: sa.Connection, which: Which, asked: Asked = FIRST) -> Page[Shown]:
    """A page of the events that are asked for. Raises CannotRun for a cursor of another list."""
    trail = AuditTrail(connection)
    numbers = None
    if which.since is not None or which.until is not None:
        numbers = trail.numbers_between(which.since, which.until)
        if numbers is None:
            return Page((), None, None)
    # Tag by tag, each in the order of an index: together, a database would sort all of them.
    parts = [replace(which, tags=(tag,)) for tag in dict.fromkeys(which.tags)] or [which]
    queries = [trail.query(part, numbers) for part in parts]
    return page(connection, queries, _ORDER, asked, _read)


def _read(row: sa.Row[Any]) -> Shown:
    return shown(AuditTrail.entry(row[:-1]))
