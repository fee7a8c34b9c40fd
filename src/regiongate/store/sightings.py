"""Sightings: what is kept of the logs, and how more of it is added."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa

from regiongate.domain.sighting import Sighting
from regiongate.store.bulk import merge
from regiongate.store.rollups import SUMS, Rollups
from regiongate.store.schema import METADATA, check
from regiongate.store.types import COUNT, Day, Instant

IDENTITY = ("organization", "key", "network", "region", "day")
"""What makes two sightings one."""

NONE = ""
"""How the store writes an organization, a key or a region that nobody said.

They are part of the primary key, and in a key a null would never be equal to another.
"""
_OPTIONAL = ("organization", "key", "region")
_VERDICTS = ("allowed", "warned", "blocked", "suspended", "handed_over")

_INSTANT = pa.timestamp("us", tz="UTC")
SCHEMA = pa.schema(
    [
        pa.field("organization", pa.string()),
        pa.field("key", pa.string()),
        pa.field("network", pa.string(), nullable=False),
        pa.field("region", pa.string()),
        pa.field("day", pa.date32(), nullable=False),
        pa.field("requests", pa.int64(), nullable=False),
        pa.field("unsupported", pa.int64(), nullable=False),
        pa.field("disputed", pa.int64(), nullable=False),
        pa.field("anonymized", pa.int64(), nullable=False),
        pa.field("tokens", pa.int64()),
        pa.field("first", _INSTANT, nullable=False),
        pa.field("last", _INSTANT, nullable=False),
        *(pa.field(name, pa.int64(), nullable=False) for name in _VERDICTS),
    ]
)
"""Sightings as a column each: the fields of `domain.sighting.Sighting`, null where it has None."""

SIGHTING = sa.Table(
    "sighting",
    METADATA,
    sa.Column("organization", sa.Text, nullable=False, comment="id; empty: the log named none"),
    sa.Column(
        "key", sa.Text, nullable=False, comment="digest or public prefix; empty: the log named none"
    ),
    sa.Column("network", sa.Text, nullable=False, comment="/24 or /48 in CIDR form"),
    sa.Column(
        "region", sa.Text, nullable=False, comment="ISO 3166-1 or 3166-2; empty: no source knows"
    ),
    sa.Column("day", Day, nullable=False, comment="in UTC"),
    sa.Column("requests", COUNT, nullable=False, comment="all of them"),
    sa.Column("unsupported", COUNT, nullable=False, comment="requests from unsupported places"),
    sa.Column("disputed", COUNT, nullable=False, comment="requests from disputed places"),
    sa.Column("anonymized", COUNT, nullable=False, comment="requests through Tor, VPN or proxy"),
    sa.Column("tokens", COUNT, comment="as far as logs said; null: none did"),
    sa.Column("first", Instant, nullable=False, comment="of the earliest request"),
    sa.Column("last", Instant, nullable=False, comment="of the latest request"),
    *(
        sa.Column(name, COUNT, nullable=False, comment="requests that an ordinary one gets so")
        for name in _VERDICTS
    ),
    sa.PrimaryKeyConstraint(*IDENTITY),
    *check("network_is_cidr", "network LIKE '%/24' OR network LIKE '%/48'"),
    *check("requests_are_some", "requests > 0"),
    *check(
        "places_are_requests",
        "unsupported >= 0 AND disputed >= 0 AND unsupported + disputed <= requests",
    ),
    *check("anonymized_are_requests", "anonymized >= 0 AND anonymized <= requests"),
    *check("tokens_are_counted", "tokens IS NULL OR tokens >= 0"),
    *check(
        "verdicts_add_up",
        " AND ".join(f"{name} >= 0" for name in _VERDICTS)
        + f" AND {' + '.join(_VERDICTS)} = requests",
    ),
    *check("first_comes_first", "first <= last"),
    *check(
        "times_are_of_the_day",
        "length(first) = 27 AND length(last) = 27 AND date(day) = day"
        " AND substr(first, 1, 10) = day AND substr(last, 1, 10) = day",
        "(first AT TIME ZONE 'UTC')::date = day AND (last AT TIME ZONE 'UTC')::date = day",
    ),
    sa.Index("sighting_day_ix", "day"),
    comment="What one organization did with one key from one network and region on one day",
    sqlite_with_rowid=False,
    sqlite_strict=True,
)

_TOKENS = (
    "CASE WHEN sighting.tokens IS NULL THEN excluded.tokens"
    " ELSE sighting.tokens + coalesce(excluded.tokens, 0) END"
)


class Sightings:
    """The sightings within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(self, found: pa.Table) -> None:
        """Add sightings (SCHEMA): new ones are kept, known ones grow by their numbers.

        The rows may come in any order, the same identity more than once. Raises ValueError when
        they are not of SCHEMA, CannotRun when the store refuses one.
        """
        if not found.schema.equals(SCHEMA):
            raise ValueError(f"these are no sightings: {found.schema}")
        rows = _written(found)
        merge(self._connection, SIGHTING, rows, _growth(self._connection.dialect.name))
        Rollups(self._connection).grow(rows)

    def remove(self, organization: str) -> int:
        """Remove the sightings of one organization; how many there were."""
        numbers = [SIGHTING.c[name] for name in ("day", "region", *SUMS)]
        mine = sa.delete(SIGHTING).where(SIGHTING.c.organization == organization)
        # What is taken off the sums is what was removed, not what was there a statement before.
        gone = self._connection.execute(mine.returning(*numbers)).mappings().all()
        Rollups(self._connection).shrink(organization, gone)
        return len(gone)

    def all(self) -> Iterator[Sighting]:
        """Every sighting, in the order of its identity."""
        query = sa.select(SIGHTING).order_by(*(SIGHTING.c[name] for name in IDENTITY))
        for row in self._connection.execute(query.execution_options(yield_per=10_000)):
            yield _sighting(row._mapping)

    def of(self, organization: str) -> list[Sighting]:
        """The sightings of one organization, in the order of their identity."""
        query = sa.select(SIGHTING).where(SIGHTING.c.organization == organization)
        ordered = query.order_by(*(SIGHTING.c[name] for name in IDENTITY))
        return [_sighting(row._mapping) for row in self._connection.execute(ordered)]


def _growth(dialect: str) -> dict[str, str]:
    """What becomes of each number of a known sighting when it is seen again."""
    least, greatest = ("min", "max") if dialect == "sqlite" else ("least", "greatest")
    return {name: f"sighting.{name} + excluded.{name}" for name in SUMS} | {
        "tokens": _TOKENS,
        "first": f"{least}(sighting.first, excluded.first)",
        "last": f"{greatest}(sighting.last, excluded.last)",
    }


def _written(found: pa.Table) -> pa.Table:
    """Sightings one row each, sorted, with NONE for what nobody said."""
    for name in _OPTIONAL:
        place = found.schema.get_field_index(name)
        found = found.set_column(place, name, pc.fill_null(found[name], NONE))
    sums = [(name, "sum") for name in (*SUMS, "tokens")]
    folded = [*sums, ("first", "min"), ("last", "max")]
    one_each = found.group_by(list(IDENTITY), use_threads=False).aggregate(folded)
    named = one_each.rename_columns({f"{name}_{how}": name for name, how in folded})
    # Two writers that take rows in the same order never wait for each other in a circle.
    return named.select(SCHEMA.names).sort_by([(name, "ascending") for name in IDENTITY])


def _sighting(row: Mapping[Any, Any]) -> Sighting:
    facts: dict[str, Any] = dict(row)
    return Sighting(**facts | {name: facts[name] or None for name in _OPTIONAL})
