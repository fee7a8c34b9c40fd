"""Search cases: by state, what waits, organization and region, one page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from regiongate.domain.case import CaseState
from regiongate.policyfile.iso import with_parts
from regiongate.store.case_tables import CASE
from regiongate.store.organization_tables import ORGANIZATION
from regiongate.store.paging import FIRST, Asked, Order, Page, page
from regiongate.store.rollups import SEEN_IN
from regiongate.store.search import id_begins, name_begins, named

NAMED = 10_000
"""So many organizations of one beginning are looked up by their ids; more are met on the way."""

LISTED = 1000
"""So many cases are taken by their numbers; more are met on the way."""

_LARGEST = 2**63 - 1


class Sort(StrEnum):
    """What cases are sorted by.

    `last` is the latest request from an unsupported region; a case without one is not in that list.
    """

    NUMBER = "number"
    SINCE = "since"
    UNSUPPORTED = "unsupported"
    LAST = "last"


@dataclass(frozen=True, slots=True)
class Sought:
    """Which cases are looked for: those for which everything that is said holds.

    `states` none: all; `loud` only those that a person must look at; `text` begins the id or the
    name of the organization, or is the number of the case; `country` (ISO 3166-1) is one in which
    the organization was seen, or a part of it was.
    """

    states: tuple[CaseState, ...] = ()
    loud: bool = False
    text: str = ""
    country: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A case in a list. `name` is None for an organization that the books do not know.

    `share` is the part of its requests that came from unsupported regions, from 0 to 1.
    """

    number: int
    organization: str
    name: str | None
    state: CaseState
    since: datetime
    requests: int
    unsupported: int
    last: datetime | None
    loud: str | None
    appeal: str | None

    @property
    def share(self) -> float:
        """Of all requests, those from unsupported regions."""
        return self.unsupported / self.requests if self.requests else 0.0


_COLUMNS = (
    CASE.c.number,
    CASE.c.organization,
    ORGANIZATION.c.name,
    CASE.c.state,
    CASE.c.since,
    CASE.c.requests,
    CASE.c.unsupported,
    CASE.c.last,
    CASE.c.loud,
    CASE.c.appeal,
)


def search(
    connection: sa.Connection,
    sought: Sought,
    sort: Sort = Sort.NUMBER,
    asked: Asked = FIRST,
    *,
    descending: bool = True,
) -> Page[Row]:
    """A page of the cases that are looked for. Raises CannotRun for a cursor of another list."""
    known = ORGANIZATION.c.id == CASE.c.organization
    query = sa.select(*_COLUMNS).select_from(CASE.outerjoin(ORGANIZATION, known))
    name = f"cases-{sort}-{'down' if descending else 'up'}"
    order = Order(name, _key(sort), descending)
    if sort is Sort.LAST:
        query = query.where(CASE.c.last.is_not(None))
    return page(connection, query.where(*_conditions(connection, sought)), order, asked, _row)


def _key(sort: Sort) -> tuple[sa.ColumnElement[object], ...]:
    if sort is Sort.NUMBER:
        return (CASE.c.number,)
    return (CASE.c[sort.value], CASE.c.number)


def _conditions(connection: sa.Connection, sought: Sought) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if sought.states:
        found.append(CASE.c.state.in_([state.value for state in sought.states]))
    if sought.loud:
        found.append(CASE.c.loud.is_not(None))
    if text := sought.text.strip():
        found.append(_about(connection, text))
    if sought.country is not None:
        found.append(_seen_in(connection, sought.country))
    return found


def _about(connection: sa.Connection, text: str) -> sa.ColumnElement[bool]:
    """Whether a case is about a text: a list of numbers where few are, and else a condition."""
    by_id = id_begins(connection, CASE.c.organization, text)
    ids = named(connection, text, NAMED)
    by_name = name_begins(text) if ids is None else CASE.c.organization.in_(ids)
    number = text.removeprefix("#")
    said = int(number[:20]) if number.isascii() and number.isdigit() else _LARGEST + 1
    mine = [said] if said <= _LARGEST else []
    if ids is not None:
        numbers = [_numbers(connection, condition) for condition in (by_id, by_name)]
        if all(len(some) <= LISTED for some in numbers):
            return CASE.c.number.in_(sorted({*mine, *numbers[0], *numbers[1]}))
    return sa.or_(by_id, by_name, CASE.c.number.in_(mine))


def _numbers(connection: sa.Connection, condition: sa.ColumnElement[bool]) -> list[int]:
    """The cases for which a condition holds; where they are more than LISTED, one more."""
    query = sa.select(CASE.c.number).where(condition).limit(LISTED + 1)
    return list(connection.execute(query).scalars())


def _seen_in(connection: sa.Connection, country: str) -> sa.ColumnElement[bool]:
    there = SEEN_IN.c.region.in_(with_parts(country))
    # Where few were seen, one looks for them and not through all cases; where many were, the
    # first cases that one meets are among them.
    few = sa.select(SEEN_IN.c.organization).where(there).limit(NAMED + 1)
    ids = set(connection.execute(few).scalars())
    if len(ids) <= NAMED:
        return CASE.c.organization.in_(sorted(ids))
    return sa.exists().where(SEEN_IN.c.organization == CASE.c.organization, there)


def _row(row: Sequence[Any]) -> Row:
    number, organization, name, state, *rest = row[: len(_COLUMNS)]
    return Row(number, organization, name, CaseState(state), *rest)
