"""SQL over cells and placed addresses: the tables from which a result is told."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import pyarrow as pa

from regiongate.domain.organization import Organization
from regiongate.survey.judged import own, standing_rows
from regiongate.survey.middles import middles
from regiongate.survey.session import Session

FAR_KM = 500
"""Nearer regions are no journey: their middles say too little about the distance."""

FAST_KMH = 1000
"""Faster than any airliner flies."""

_AFFECTED_ADDRESS = "would <> 'allow' OR coalesce(NOT supported, false) OR \"class\" = 'disputed'"
"""What `judged` calls affected, of an address in `placed`."""

_JUDGED = f"""
SELECT seen.*, provider, coalesce(state, 'ordinary') AS state,
  {own("seen", "standings")} AS own,
  coalesce(NOT supported, false) AS unsupported, "class" = 'disputed' AS disputed,
  {_AFFECTED_ADDRESS} AS affected
FROM {{seen}} AS seen LEFT JOIN standings USING (organization)"""  # noqa: S608

_NAMES = {
    True: "SELECT DISTINCT organization FROM cells",
    False: f"""SELECT DISTINCT organization FROM cells
WHERE address IN (SELECT address FROM placed WHERE {_AFFECTED_ADDRESS})""",  # noqa: S608
}
"""Who is told of: everyone, or those with a request that is not simply allowed."""

_CHOSEN = """
CREATE TABLE chosen AS
SELECT cells.* FROM cells JOIN ({names}) AS n
  ON cells.organization IS NOT DISTINCT FROM n.organization"""

_SEEN_OF_CHOSEN = """(
  SELECT chosen.*, placed.* EXCLUDE (address) FROM chosen JOIN placed USING (address))"""

_TOTALS = """
CREATE TABLE totals AS
SELECT organization, "key", grouping("key") = 1 AS whole, any_value(state) AS state,
  sum(requests)::BIGINT AS requests, sum(tokens)::BIGINT AS tokens,
  coalesce(sum(requests) FILTER (unsupported), 0)::BIGINT AS unsupported,
  sum(tokens) FILTER (unsupported)::BIGINT AS unsupported_tokens,
  min("first") FILTER (unsupported)::TIMESTAMP AS unsupported_first,
  max("last") FILTER (unsupported)::TIMESTAMP AS unsupported_last,
  coalesce(sum(requests) FILTER (disputed), 0)::BIGINT AS disputed,
  sum(tokens) FILTER (disputed)::BIGINT AS disputed_tokens,
  coalesce(sum(requests) FILTER (anonymizers IS NOT NULL), 0)::BIGINT AS anonymizer,
  sum(tokens) FILTER (anonymizers IS NOT NULL)::BIGINT AS anonymizer_tokens,
  min("first")::TIMESTAMP AS first_seen, max("last")::TIMESTAMP AS last_seen,
  count(DISTINCT "day") AS days, bool_or(affected) AS affected
FROM told_cells GROUP BY GROUPING SETS ((organization, "key"), (organization))"""

_AFFECTED = """
CREATE TABLE affected AS
SELECT organization, row_number() OVER (
  ORDER BY unsupported DESC, disputed DESC, requests DESC, organization NULLS LAST
  )::INTEGER AS number
FROM totals WHERE whole"""

_OF_AFFECTED = "FROM {what} t JOIN affected a ON t.organization IS NOT DISTINCT FROM a.organization"

_JOURNEYS = f"""
CREATE TABLE journeys AS
WITH stays AS (
  SELECT organization, "key", country, "day", min("first") AS "first", max("last") AS "last"
  FROM told_cells WHERE country IS NOT NULL AND "first" IS NOT NULL GROUP BY ALL
), moves AS (
  SELECT organization, "key", country AS arrival, "first" AS "at",
    lag(country) OVER following AS departure, lag("last") OVER following AS left_at
  FROM stays
  WINDOW following AS (PARTITION BY organization, "key" ORDER BY "first", "last", country)
), measured AS (
  SELECT moves.*, greatest(epoch("at") - epoch(left_at), 0) / 3600 AS hours,
    2 * 6371 * asin(least(1, sqrt(
      pow(sin(radians(b.north - a.north) / 2), 2) + cos(radians(a.north)) * cos(radians(b.north))
      * pow(sin(radians(b.east - a.east) / 2), 2)))) AS km
  FROM moves JOIN middles a ON a.region = departure JOIN middles b ON b.region = arrival
  WHERE departure <> arrival
)
SELECT organization, "key", departure, arrival, "at"::TIMESTAMP AS "at", round(km)::INTEGER AS km,
  round(hours, 2) AS hours, CASE WHEN hours > 0 THEN round(km / hours)::BIGINT END AS kmh
FROM measured WHERE km >= {FAR_KM} AND km > {FAST_KMH} * hours"""  # noqa: S608 - numbers of ours


def prepare(
    session: Session, organizations: Iterable[Organization], at: datetime, everyone: bool
) -> None:
    """Makes `standings` and `judged`; and `told_cells`, `totals`, `affected` and `journeys`.

    The latter are only of the organizations that are told of: those with a request that is not
    simply allowed, or everyone. `told_cells` has their rows of `judged`, `affected` numbers them.
    """
    database = session.connection
    standings = standing_rows(organizations, at)
    known = middles()
    points = pa.table(
        {
            "region": list(known),
            "east": [east for east, _ in known.values()],
            "north": [north for _, north in known.values()],
        }
    )
    for name, table in (("standings", standings), ("middles", points)):
        database.register("given", table)
        database.execute(f"CREATE TABLE {name} AS FROM given")
        database.unregister("given")
    session.run(f"CREATE VIEW judged AS {_JUDGED.format(seen='seen')}")
    session.run(_CHOSEN.format(names=_NAMES[everyone]))
    # Cells are chosen before they are joined: the planner would place all of them first.
    session.run(f"CREATE TABLE told_cells AS {_JUDGED.format(seen=_SEEN_OF_CHOSEN)}")
    session.run("DROP TABLE chosen")
    session.run(_TOTALS)
    session.run(_AFFECTED)
    session.run(_JOURNEYS)


def of_affected(what: str) -> str:
    """`FROM` a table, only the rows of those who are told of, numbered."""
    return _OF_AFFECTED.format(what=what)
