"""What all sightings come to, by region and by day; from their sums, never from the rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from regiongate.store.rollups import TOTAL


@dataclass(frozen=True, slots=True)
class Counts:
    """Numbers of requests. `unsupported` and `disputed` say where they came from.

    The other five say what an ordinary organization gets, and add up to `requests`.
    """

    requests: int = 0
    unsupported: int = 0
    disputed: int = 0
    allowed: int = 0
    warned: int = 0
    blocked: int = 0
    suspended: int = 0
    handed_over: int = 0


_NAMES = tuple(Counts.__dataclass_fields__)


def traffic_by_region(
    connection: sa.Connection, since: date, until: date
) -> dict[str | None, Counts]:
    """The requests from day to day (UTC, both included), by region; None: no source knows it."""
    found = _summed(connection, TOTAL.c.region, since, until)
    return {row[0] or None: Counts(*row[1:]) for row in found}


def traffic_by_day(
    connection: sa.Connection, since: date, until: date
) -> list[tuple[date, Counts]]:
    """The requests of each day (UTC, both included) that has some, in their order."""
    found = _summed(connection, TOTAL.c.day, since, until)
    return [(row[0], Counts(*row[1:])) for row in found]


def _summed(
    connection: sa.Connection, by: sa.Column[str] | sa.Column[date], since: date, until: date
) -> Sequence[Any]:
    sums = (sa.cast(sa.func.sum(TOTAL.c[name]), sa.BigInteger) for name in _NAMES)
    query = sa.select(by, *sums).where(TOTAL.c.day.between(since, until))
    return connection.execute(query.group_by(by).order_by(by)).all()
