"""Simulation: the traffic of a survey under another policy too, before anyone publishes it.

The logs are read once. Their distinct addresses are placed a second time, by another policy, other
dates or other sources, and the verdicts at both instants of judging are compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, cast

import duckdb
import pyarrow as pa

from regiongate.domain.organization import Organization
from regiongate.domain.survey import Judging
from regiongate.survey.judged import own, own_rule, rows, standing_rows
from regiongate.survey.placing import Placing
from regiongate.survey.session import Session
from regiongate.survey.simulation import (
    Cause,
    Change,
    Move,
    OrganizationChange,
    Simulation,
)

_BATCH = 1 << 20

CHANGES = """SELECT organization, "key", network_text(hi, lo) AS network,
  region_before, region_after, rule_before, rule_after, "before", "after",
  requests, "first" AS first_seen, "last" AS last_seen
FROM moves WHERE "before" <> "after" ORDER BY ALL NULLS LAST"""
"""Every use (organization, key, network) whose verdict changes, to be handed out as a table."""


def simulate(
    session: Session,
    before: Judging,
    after: Judging,
    placing: Placing,
    organizations: Iterable[Organization],
) -> Simulation:
    """Compares what a survey's organizations get under both policies.

    The session has the tables of `before` (`tables.py`). `placing` judges for `after`, and
    `organizations` are those with a standing of their own then, the exemptions of that policy
    among them. Makes the tables `placed_after` and `moves`.
    """
    database = session.connection
    _place(database, placing)
    _stand(database, organizations, after.at)
    session.run(_MOVES)
    return Simulation(
        before=before,
        after=after,
        moves=tuple(Move(**row) for row in rows(database, _BY_VERDICT)),
        causes=tuple(Cause(**row) for row in rows(database, _BY_CAUSE)),
        organizations=_count(database, "count(DISTINCT organization)"),
        uses=_count(database, _USES),
        uses_changed=_count(database, _USES, 'WHERE "before" <> "after"'),
        changed=tuple(_organizations(database)),
    )


def _stand(
    database: duckdb.DuckDBPyConnection, organizations: Iterable[Organization], at: datetime
) -> None:
    """Who is not ordinary under the other policy."""
    database.register("given", standing_rows(organizations, at))
    database.execute("CREATE OR REPLACE TABLE standings_after AS FROM given")
    database.unregister("given")


def _place(database: duckdb.DuckDBPyConnection, placing: Placing) -> None:
    """The addresses of `placed`, judged by the other side."""
    nothing = pa.RecordBatch.from_pydict({"address": pa.array([], pa.string())})
    database.register("given", pa.Table.from_batches([placing.locate(nothing)]))
    database.execute("CREATE OR REPLACE TABLE placed_after AS FROM given")
    database.unregister("given")
    asked = database.cursor().sql("SELECT address FROM placed")
    for batch in cast(pa.RecordBatchReader, asked.to_arrow_reader(_BATCH)):
        database.register("given", pa.Table.from_batches([placing.locate(batch)]))
        database.execute("INSERT INTO placed_after FROM given")
        database.unregister("given")


_MOVES = f"""CREATE OR REPLACE TABLE moves AS
SELECT cells.organization, cells."key", was.hi, was.lo,
  was.region AS region_before, now.region AS region_after,
  {own_rule("was", "standings")} AS rule_before,
  {own_rule("now", "standings_after")} AS rule_after,
  {own("was", "standings")} AS "before", {own("now", "standings_after")} AS "after",
  sum(requests)::BIGINT AS requests, min("first") AS "first", max("last") AS "last"
FROM cells JOIN placed AS was USING (address) JOIN placed_after AS now USING (address)
  LEFT JOIN standings ON standings.organization = cells.organization
  LEFT JOIN standings_after ON standings_after.organization = cells.organization
WHERE was."group" <> 'rejected' GROUP BY ALL"""  # noqa: S608 - the names are ours

_BY_VERDICT = """SELECT "before", "after", sum(requests)::BIGINT AS requests,
  count(DISTINCT organization) AS organizations
FROM moves GROUP BY ALL ORDER BY requests DESC, "before", "after" """

_BY_CAUSE = """SELECT region_before, region_after, rule_before, rule_after, "before", "after",
  sum(requests)::BIGINT AS requests, count(DISTINCT organization) AS organizations
FROM moves WHERE "before" <> "after"
GROUP BY region_before, region_after, rule_before, rule_after, "before", "after"
ORDER BY requests DESC, region_before NULLS LAST, region_after NULLS LAST,
  rule_before, rule_after, "before", "after" """

_BY_ORGANIZATION = """SELECT organization AS id, sum(requests)::BIGINT AS requests,
  coalesce(sum(requests) FILTER ("before" <> 'allow'), 0)::BIGINT AS restricted_before,
  coalesce(sum(requests) FILTER ("after" <> 'allow'), 0)::BIGINT AS restricted_after,
  coalesce(sum(requests) FILTER ("before" <> "after"), 0)::BIGINT AS changed
FROM moves WHERE organization IS NOT NULL GROUP BY organization HAVING changed > 0
ORDER BY changed DESC, id"""

_USES = 'count(DISTINCT (organization, "key", hi, lo))'


def _organizations(database: duckdb.DuckDBPyConnection) -> Iterator[OrganizationChange]:
    for row in rows(database, _BY_ORGANIZATION):
        yield OrganizationChange(change=_change(row), **row)


def _change(row: Mapping[str, Any]) -> Change:
    if not row["restricted_before"]:
        return Change.BECOMES_RESTRICTED
    return Change.CHANGED if row["restricted_after"] else Change.RELEASED


def _count(database: duckdb.DuckDBPyConnection, what: str, where: str = "") -> int:
    found = rows(database, f"SELECT {what}::BIGINT AS n FROM moves {where}")  # noqa: S608 - ours
    return int(found[0]["n"])
