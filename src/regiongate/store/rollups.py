"""What sightings come to: by day and region, and by organization and region.

The numbers are sums, so they grow and shrink by what is added and removed, in the transaction that
does so. `store.sightings` is the only writer of sightings and calls this for every change. Triggers
would do the same against SQL by hand, but on SQLite they run once for each row: a follower's batch
of fifty thousand sightings would write as many totals, where a few hundred are enough.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import pyarrow as pa
import sqlalchemy as sa

from regiongate.store.bulk import merge
from regiongate.store.schema import METADATA, check
from regiongate.store.types import COUNT, Day

SUMS = (
    "requests",
    "unsupported",
    "disputed",
    "anonymized",
    "allowed",
    "warned",
    "blocked",
    "suspended",
    "handed_over",
)
"""What is added up by day and region: numbers of requests."""

_OF_ORGANIZATION = ("requests", "unsupported")

TOTAL = sa.Table(
    "sighting_total",
    METADATA,
    sa.Column("day", Day, nullable=False, comment="in UTC"),
    sa.Column("region", sa.Text, nullable=False, comment="as in the sightings"),
    *(sa.Column(name, COUNT, nullable=False, comment="sum of the sightings") for name in SUMS),
    sa.PrimaryKeyConstraint("day", "region"),
    *check("sums_are_of_some", " AND ".join(f"{name} >= 0" for name in SUMS)),
    comment="What the sightings of one day in one region come to",
    sqlite_with_rowid=False,
    sqlite_strict=True,
)

SEEN_IN = sa.Table(
    "sighting_region",
    METADATA,
    sa.Column("organization", sa.Text, nullable=False, comment="as in the sightings"),
    sa.Column("region", sa.Text, nullable=False, comment="as in the sightings"),
    *(
        sa.Column(name, COUNT, nullable=False, comment="sum of the sightings")
        for name in _OF_ORGANIZATION
    ),
    sa.PrimaryKeyConstraint("organization", "region"),
    *check("sums_are_of_some", "requests > 0 AND unsupported >= 0 AND unsupported <= requests"),
    sa.Index("sighting_region_region_ix", "region", "organization"),
    comment="In which regions an organization was seen, and how much",
    sqlite_with_rowid=False,
    sqlite_strict=True,
)


class Rollups:
    """The sums within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def grow(self, added: pa.Table) -> None:
        """Add sightings (the columns of `store.sightings.SCHEMA`, empty text for nobody)."""
        for table, sums in ((TOTAL, SUMS), (SEEN_IN, _OF_ORGANIZATION)):
            growth = {name: f"{table.name}.{name} + excluded.{name}" for name in sums}
            merge(self._connection, table, _summed(added, table, sums), growth)

    def shrink(self, organization: str, gone: Iterable[Mapping[Any, Any]]) -> None:
        """Take all sightings of one organization away again (rows of `day`, `region`, SUMS)."""
        lost: dict[tuple[date, str], list[int]] = defaultdict(lambda: [0] * len(SUMS))
        for row in gone:
            counts = lost[row["day"], row["region"]]
            for place, name in enumerate(SUMS):
                counts[place] += row[name]
        here = (TOTAL.c.day == sa.bindparam("of_day")) & (TOTAL.c.region == sa.bindparam("where"))
        less = sa.update(TOTAL).where(here)
        less = less.values({name: TOTAL.c[name] - sa.bindparam(f"less_{name}") for name in SUMS})
        # One after the other, in the order in which `grow` takes them: nobody waits in a circle.
        for (day, region), counts in sorted(lost.items()):
            numbers = {f"less_{name}": n for name, n in zip(SUMS, counts, strict=True)}
            self._connection.execute(less, {"of_day": day, "where": region} | numbers)
        self._connection.execute(sa.delete(TOTAL).where(TOTAL.c.requests == 0))
        self._connection.execute(sa.delete(SEEN_IN).where(SEEN_IN.c.organization == organization))


def _summed(added: pa.Table, into: sa.Table, sums: Iterable[str]) -> pa.Table:
    """The rows to merge into a table of sums, in the order of its key."""
    key = [column.name for column in into.primary_key]
    how = [(name, "sum") for name in sums]
    found = added.group_by(key, use_threads=False).aggregate(how)
    named = found.rename_columns({f"{name}_sum": name for name, _ in how})
    order = [column.name for column in into.columns]
    return named.select(order).sort_by([(name, "ascending") for name in key])
