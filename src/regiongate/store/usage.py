"""What sightings show of many organizations, as short as a notice tells it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from regiongate.store.among import among
from regiongate.store.sightings import NONE, SIGHTING
from regiongate.store.types import Instant

SHOWN = 10
"""So many keys, networks and regions are shown of each organization, those used most."""

_PLACE = sa.table("told_place", sa.column("network"), sa.column("region"))


@dataclass(frozen=True, slots=True)
class Most:
    """The values with most requests, at most SHOWN of them, and how many there are in all."""

    values: tuple[str, ...] = ()
    all: int = 0


@dataclass(frozen=True, slots=True)
class Usage:
    """What one organization did: of `requests`, `unsupported` came from unsupported regions.

    `first` and `last` are of these; `keys`, `networks` and `regions` too.
    """

    requests: int
    unsupported: int
    first: datetime
    last: datetime
    keys: Most
    networks: Most
    regions: Most


class Usages:
    """Asks the sightings within one transaction, from day to day (UTC, both included).

    `places` are the networks with their regions (empty for none) that are unsupported today; None:
    those are unsupported that were so when the sightings were kept.
    """

    def __init__(
        self,
        connection: sa.Connection,
        since: date,
        until: date,
        places: Collection[tuple[str, str]] | None = None,
    ) -> None:
        self._connection = connection
        self._days = SIGHTING.c.day.between(since, until)
        self._from: sa.FromClause = SIGHTING
        self._unsupported: sa.ColumnElement[int] = SIGHTING.c.unsupported
        if places is not None:
            self._note(places)
            here = (SIGHTING.c.network == _PLACE.c.network) & (SIGHTING.c.region == _PLACE.c.region)
            self._from = SIGHTING.outerjoin(_PLACE, here)
            self._unsupported = sa.case(
                (_PLACE.c.network.is_not(None), SIGHTING.c.requests), else_=0
            )

    def of(self, organizations: Sequence[str]) -> dict[str, Usage]:
        """The usage of those of these organizations that have some from unsupported regions."""
        whose = among(self._connection, SIGHTING.c.organization, organizations) & self._days
        keys, networks, regions = (
            self._most(SIGHTING.c[name], whose) for name in ("key", "network", "region")
        )
        nothing = Most()
        return {
            row[0]: Usage(
                requests=row[1],
                unsupported=row[2],
                first=row[3],
                last=row[4],
                keys=keys.get(row[0], nothing),
                networks=networks.get(row[0], nothing),
                regions=regions.get(row[0], nothing),
            )
            for row in self._totals(whose)
        }

    def _totals(self, whose: sa.ColumnElement[bool]) -> Iterable[Sequence[Any]]:
        off = self._unsupported > 0
        unsupported = sa.cast(sa.func.sum(self._unsupported), sa.BigInteger)
        query = (
            sa.select(
                SIGHTING.c.organization,
                sa.cast(sa.func.sum(SIGHTING.c.requests), sa.BigInteger),
                unsupported,
                sa.func.min(sa.case((off, SIGHTING.c.first)), type_=Instant),
                sa.func.max(sa.case((off, SIGHTING.c.last)), type_=Instant),
            )
            .select_from(self._from)
            .where(whose)
            .group_by(SIGHTING.c.organization)
            .having(unsupported > 0)
        )
        return self._connection.execute(query).all()

    def _most(self, column: sa.Column[Any], whose: sa.ColumnElement[bool]) -> Mapping[str, Most]:
        """The values of a column with most requests from unsupported regions."""
        count = sa.func.sum(self._unsupported)
        each = (
            sa.select(
                SIGHTING.c.organization.label("organization"),
                column.label("value"),
                sa.func.row_number()
                .over(partition_by=SIGHTING.c.organization, order_by=(count.desc(), column))
                .label("place"),
                sa.func.count().over(partition_by=SIGHTING.c.organization).label("all"),
            )
            .select_from(self._from)
            .where(whose, self._unsupported > 0, column != NONE)
            .group_by(SIGHTING.c.organization, column)
            .subquery()
        )
        query = (
            sa.select(each.c.organization, each.c.value, each.c.all)
            .where(each.c.place <= SHOWN)
            .order_by(each.c.organization, each.c.place)
        )
        values: dict[str, list[str]] = {}
        totals: dict[str, int] = {}
        for name, value, all_of_them in self._connection.execute(query):
            values.setdefault(name, []).append(value)
            totals[name] = all_of_them
        return {name: Most(tuple(some), totals[name]) for name, some in values.items()}

    def _note(self, places: Collection[tuple[str, str]]) -> None:
        """Fill a temporary table, which goes with the connection."""
        self._connection.exec_driver_sql(
            f"CREATE TEMPORARY TABLE IF NOT EXISTS {_PLACE.name} (network TEXT NOT NULL,"
            " region TEXT NOT NULL, PRIMARY KEY (network, region))"
        )
        self._connection.execute(sa.delete(_PLACE))
        if places:
            rows = [{"network": network, "region": region} for network, region in sorted(places)]
            self._connection.execute(sa.insert(_PLACE), rows)
