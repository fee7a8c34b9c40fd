"""Demand: for which models and features organizations call, by day, and how more of it is added."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Set
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa

from regiongate.domain.demand import OTHER, Demand
from regiongate.domain.offer import Feature
from regiongate.store.bulk import merge
from regiongate.store.schema import METADATA, check
from regiongate.store.types import COUNT, Day

IDENTITY = ("organization", "day", "model", "feature")
"""What makes two demands one."""

MOST = 50
"""So many models of an organization and day are kept by name from what is added at once.

A client can invent as many as it likes. A day that has so many takes no further one.
"""
LONGEST = 100
"""Characters; a longer name of a model is not kept."""

_NONE = ""
"""How the store writes a model or a feature that nobody said: it is part of the primary key."""
_TOKENS = ("tokens", "tokens_in", "tokens_out")

SCHEMA = pa.schema(
    [
        pa.field("organization", pa.string(), nullable=False),
        pa.field("day", pa.date32(), nullable=False),
        pa.field("model", pa.string()),
        pa.field("feature", pa.string()),
        pa.field("requests", pa.int64(), nullable=False),
        *(pa.field(name, pa.int64()) for name in _TOKENS),
    ]
)
"""Demand as a column each: the fields of `domain.demand.Demand`, null where it has None."""

DEMAND = sa.Table(
    "demand",
    METADATA,
    sa.Column("organization", sa.Text, nullable=False, comment="id"),
    sa.Column("day", Day, nullable=False, comment="in UTC"),
    sa.Column("model", sa.Text, nullable=False, comment="empty: no log said; other: one of many"),
    sa.Column("feature", sa.Text, nullable=False, comment="of the path; empty: of none"),
    sa.Column("requests", COUNT, nullable=False, comment="all of them"),
    sa.Column("tokens", COUNT, comment="as far as logs said; null: none did"),
    sa.Column("tokens_in", COUNT, comment="of them those of what was asked; null: no log said"),
    sa.Column("tokens_out", COUNT, comment="of them those of the answers; null: no log said"),
    sa.PrimaryKeyConstraint(*IDENTITY),
    *check("requests_are_some", "requests > 0"),
    *check(
        "tokens_are_counted",
        " AND ".join(f"({name} IS NULL OR {name} >= 0)" for name in _TOKENS),
    ),
    sa.Index("demand_day_ix", "day"),
    comment="Requests of one organization for one model and feature on one day",
    sqlite_with_rowid=False,
    sqlite_strict=True,
)

_GROWTH = {"requests": "demand.requests + excluded.requests"} | {
    name: f"CASE WHEN demand.{name} IS NULL THEN excluded.{name}"
    f" ELSE demand.{name} + coalesce(excluded.{name}, 0) END"
    for name in _TOKENS
}

_OfDay = tuple[str, date]


class Demands:
    """Demand within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(self, found: pa.Table) -> None:
        """Add demand (SCHEMA): new rows are kept, known ones grow by their numbers.

        The rows may come in any order, the same identity more than once. Raises ValueError when
        they are not of SCHEMA, CannotRun when the store refuses one.
        """
        if not found.schema.equals(SCHEMA):
            raise ValueError(f"this is no demand: {found.schema}")
        if found.num_rows:
            named = _summed(_named(found))
            bounded = _summed(_bounded(named, self._full(named)))
            merge(self._connection, DEMAND, bounded, _GROWTH)

    def remove(self, organization: str) -> None:
        """Remove what one organization asked for."""
        self._connection.execute(sa.delete(DEMAND).where(DEMAND.c.organization == organization))

    def of(self, organization: str) -> list[Demand]:
        """What one organization asked for, in the order of its identity."""
        query = sa.select(DEMAND).where(DEMAND.c.organization == organization)
        ordered = query.order_by(*(DEMAND.c[name] for name in IDENTITY))
        return [
            Demand(
                organization=row.organization,
                day=row.day,
                model=row.model or None,
                feature=Feature(row.feature) if row.feature else None,
                requests=row.requests,
                tokens=row.tokens,
                tokens_in=row.tokens_in,
                tokens_out=row.tokens_out,
            )
            for row in self._connection.execute(ordered)
        ]

    def _full(self, rows: pa.Table) -> Mapping[_OfDay, Set[str]]:
        """The models of those organizations and days that have as many as are kept."""
        if pc.all(pc.equal(rows["model"], _NONE)).as_py():
            return {}
        days = pc.min_max(rows["day"]).as_py()
        between = DEMAND.c.day.between(days["min"], days["max"])
        whose = (DEMAND.c.organization, DEMAND.c.day)
        crowded = (
            sa.select(*whose)
            .where(between)
            .group_by(*whose)
            .having(sa.func.count(DEMAND.c.model.distinct()) >= MOST)
            .subquery()
        )
        same = [DEMAND.c[name] == crowded.c[name] for name in ("organization", "day")]
        query = sa.select(*whose, DEMAND.c.model).join(crowded, sa.and_(*same))
        found: dict[_OfDay, set[str]] = defaultdict(set)
        for organization, day, model in self._connection.execute(query):
            found[organization, day].add(model)
        return found


def _named(found: pa.Table) -> pa.Table:
    """Demand with _NONE for what nobody said, and OTHER for names that cannot be kept."""
    for name in ("model", "feature"):
        found = _with(found, name, pc.fill_null(found[name], _NONE))
    models = found["model"]
    odd = pc.or_(pc.greater(pc.utf8_length(models), LONGEST), pc.match_substring(models, "\0"))
    return _with(found, "model", pc.if_else(odd, OTHER, models))


def _bounded(found: pa.Table, full: Mapping[_OfDay, Set[str]]) -> pa.Table:
    """Demand in which each organization and day has only the models that it may keep."""
    kept: dict[_OfDay, Set[str]] = {**_most_used(found), **full}
    if not kept:
        return found
    rows = zip(*(found[name].to_pylist() for name in IDENTITY[:3]), strict=True)
    models = [
        model if not model or model in kept.get((organization, day), (model,)) else OTHER
        for organization, day, model in rows
    ]
    return _with(found, "model", pa.array(models, pa.string()))


def _most_used(found: pa.Table) -> dict[_OfDay, Set[str]]:
    """Of the organizations and days with too many models those with most requests."""
    whose = ["organization", "day"]
    each = found.group_by([*whose, "model"], use_threads=False).aggregate([("requests", "sum")])
    many = each.group_by(whose, use_threads=False).aggregate([("model", "count")])
    many = many.filter(pc.greater(many["model_count"], MOST)).select(whose)
    if not many.num_rows:
        return {}
    crowded = each.join(many, whose, join_type="inner").sort_by(
        [("requests_sum", "descending"), ("model", "ascending")]
    )
    models: dict[_OfDay, set[str]] = defaultdict(set)
    names = (crowded[name].to_pylist() for name in (*whose, "model"))
    for organization, day, model in zip(*names, strict=True):
        if len(models[organization, day]) < MOST:
            models[organization, day].add(model)
    return dict(models)


def _summed(found: pa.Table) -> pa.Table:
    """Demand one row each, in the order of its identity."""
    sums = [(name, "sum") for name in ("requests", *_TOKENS)]
    one_each = found.group_by(list(IDENTITY), use_threads=False).aggregate(sums)
    named = one_each.rename_columns({f"{name}_sum": name for name, _ in sums})
    # Two writers that take rows in the same order never wait for each other in a circle.
    return named.select(SCHEMA.names).sort_by([(name, "ascending") for name in IDENTITY])


def _with(found: pa.Table, name: str, values: pa.Array | pa.ChunkedArray) -> pa.Table:
    return found.set_column(found.schema.get_field_index(name), name, values)
