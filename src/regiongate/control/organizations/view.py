"""View organizations: a list of them, and what the sightings of one come to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from regiongate.store.organization_tables import ORGANIZATION
from regiongate.store.paging import FIRST, Asked, Order, Page, page
from regiongate.store.search import id_begins, name_begins
from regiongate.store.sightings import SIGHTING
from regiongate.store.types import COUNT, Instant


class By(StrEnum):
    """What organizations are sorted by, and by what they are looked for."""

    ID = "id"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Listed:
    """An organization in a list; `plan` is None where nobody said."""

    id: str
    name: str
    plan: str | None
    changed: datetime


@dataclass(frozen=True, slots=True)
class Span:
    """From day to day (UTC), both included."""

    since: date
    until: date


class Part(StrEnum):
    """By what the sightings of an organization are added up."""

    REGION = "region"
    NETWORK = "network"
    KEY = "key"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Sum:
    """What the sightings of one region, network, key or day come to.

    `value` is that one in text (a day as 2024-07-09); None: nobody said which. The numbers are of
    requests.
    """

    value: str | None
    requests: int
    unsupported: int
    disputed: int
    blocked: int
    first: datetime
    last: datetime


def organizations(
    connection: sa.Connection, text: str = "", by: By = By.ID, asked: Asked = FIRST
) -> Page[Listed]:
    """A page of the organizations whose id or name, as `by` says, begins with a text.

    Raises CannotRun for a cursor of another list.
    """
    c = ORGANIZATION.c
    query = sa.select(c.id, c.name, c.plan, c.changed)
    begins = text.strip()
    if begins:
        by_id = by is By.ID
        query = query.where(id_begins(connection, c.id, begins) if by_id else name_begins(begins))
    key = (c.id,) if by is By.ID else (c.sought, c.id)
    return page(connection, query, Order(f"organizations-{by}", key), asked, _listed)


def sightings(
    connection: sa.Connection,
    organization: str,
    part: Part,
    span: Span,
    asked: Asked = FIRST,
) -> Page[Sum]:
    """A page of what an organization did in a time, added up by a part.

    The one with most requests from unsupported regions comes first, of days the latest. Raises
    CannotRun for a cursor of another list.
    """
    each = _added_up(organization, part, span)
    first = () if part is Part.DAY else (each.c.unsupported, each.c.requests)
    order = Order(f"sightings-{part}", (*first, each.c.value), descending=True)
    return page(connection, sa.select(each), order, asked, _sum)


def _added_up(organization: str, part: Part, span: Span) -> sa.Subquery:
    c = SIGHTING.c
    names = ("requests", "unsupported", "disputed", "blocked")
    value = c[part.value]
    mine = (c.organization == organization) & c.day.between(span.since, span.until)
    return (
        sa.select(
            value.label("value"),
            *(sa.cast(sa.func.sum(c[name]), COUNT).label(name) for name in names),
            sa.func.min(c.first, type_=Instant).label("first"),
            sa.func.max(c.last, type_=Instant).label("last"),
        )
        .where(mine)
        .group_by(value)
        .subquery()
    )


def _listed(row: Sequence[Any]) -> Listed:
    return Listed(*row[:4])


def _sum(row: Sequence[Any]) -> Sum:
    value, *rest = row[:7]
    return Sum(str(value) or None, *rest)
