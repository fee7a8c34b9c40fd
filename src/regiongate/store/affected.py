"""Which organizations the sightings show in unsupported places, once these are judged anew."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from regiongate.store.sightings import NONE, SIGHTING
from regiongate.store.types import Instant

_PAIR = sa.table("judged_pair", sa.column("network"), sa.column("region"))
_REGION = sa.table("judged_region", sa.column("region"))


@dataclass(frozen=True, slots=True)
class Affected:
    """What the sightings of an organization come to.

    Of `requests`, `unsupported` came from places that are unsupported now, between `first` and
    `last`; `listed` from regions that are off the list now, wherever the sources now see the
    network; `kept` from what was unsupported when the sightings were kept.
    """

    organization: str
    requests: int
    unsupported: int
    listed: int
    kept: int
    first: datetime | None
    last: datetime | None


class Affections:
    """Asks the sightings within one transaction."""

    def __init__(self, connection: sa.Connection, since: date) -> None:
        self._connection = connection
        self._recent = (SIGHTING.c.day >= since) & (SIGHTING.c.organization != NONE)

    def pairs(self) -> list[tuple[str, str]]:
        """Every network with every region (empty for none) in which it was seen."""
        columns = (SIGHTING.c.network, SIGHTING.c.region)
        query = sa.select(*columns).where(self._recent).distinct().order_by(*columns)
        return [(row[0], row[1]) for row in self._connection.execute(query)]

    def all(self, pairs: Iterable[tuple[str, str]], regions: Iterable[str]) -> Iterator[Affected]:
        """Every organization with a sighting, by id; `pairs` and `regions` are unsupported now."""
        self._note(_PAIR, [{"network": network, "region": region} for network, region in pairs])
        self._note(_REGION, [{"region": region} for region in regions])
        for row in self._connection.execute(self._query(), execution_options={"yield_per": 10_000}):
            yield Affected(*row)

    def _query(self) -> sa.Select[Any]:
        here = (SIGHTING.c.network == _PAIR.c.network) & (SIGHTING.c.region == _PAIR.c.region)
        joined = SIGHTING.outerjoin(_PAIR, here).outerjoin(
            _REGION, SIGHTING.c.region == _REGION.c.region
        )
        requests, now = SIGHTING.c.requests, _PAIR.c.network.is_not(None)
        return (
            sa.select(
                SIGHTING.c.organization,
                sa.cast(sa.func.sum(requests), sa.BigInteger),
                _sum(requests, now),
                _sum(requests, _REGION.c.region.is_not(None)),
                sa.cast(sa.func.sum(SIGHTING.c.unsupported), sa.BigInteger),
                sa.func.min(sa.case((now, SIGHTING.c.first)), type_=Instant),
                sa.func.max(sa.case((now, SIGHTING.c.last)), type_=Instant),
            )
            .select_from(joined)
            .where(self._recent)
            .group_by(SIGHTING.c.organization)
            .order_by(SIGHTING.c.organization)
        )

    def _note(self, table: sa.TableClause, rows: list[dict[str, str]]) -> None:
        """Fill a temporary table, which goes with the connection."""
        names = [column.name for column in table.columns]
        columns = ", ".join(f"{name} TEXT NOT NULL" for name in names)
        made = f"{table.name} ({columns}, PRIMARY KEY ({', '.join(names)}))"
        self._connection.exec_driver_sql(f"CREATE TEMPORARY TABLE IF NOT EXISTS {made}")
        self._connection.execute(sa.delete(table))
        if rows:
            self._connection.execute(sa.insert(table), rows)


def _sum(requests: sa.Column[Any], where: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    counted = sa.func.coalesce(sa.func.sum(sa.case((where, requests))), 0)
    return sa.cast(counted, sa.BigInteger)
