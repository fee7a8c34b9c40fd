"""Exemptions, one page at a time, the newest first."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from regiongate.domain.exemption import Exemption
from regiongate.store.exemptions import EXEMPTION, read_exemption
from regiongate.store.paging import FIRST, Asked, Order, Page, page

_ORDER = Order("exemptions", (EXEMPTION.c.granted, EXEMPTION.c.id), descending=True)


def exemptions(
    connection: sa.Connection,
    holder: str | None = None,
    *,
    lasting: bool = False,
    expires_before: datetime | None = None,
    asked: Asked = FIRST,
) -> Page[Exemption]:
    """A page of the exemptions of a holder (None: of anybody).

    `lasting` those that nobody has ended; `expires_before` those that expire before an instant.
    Raises CannotRun for a cursor of another list.
    """
    query = sa.select(EXEMPTION)
    if holder is not None:
        query = query.where(EXEMPTION.c.holder == holder)
    if lasting:
        query = query.where(EXEMPTION.c.ended.is_(None))
    if expires_before is not None:
        query = query.where(EXEMPTION.c.expires < expires_before)
    return page(connection, query, _ORDER, asked, _read)


def _read(row: sa.Row[Any]) -> Exemption:
    return read_exemption({column.name: row._mapping[column] for column in EXEMPTION.columns})
