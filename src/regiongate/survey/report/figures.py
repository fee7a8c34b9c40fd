"""The numbers of a survey as the page and the plots show them, read from the view `told`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import duckdb

from regiongate.survey.judged import rows

MOST_ROWS = 300
"""So many rows at most has a table of the page that could be longer."""


@dataclass(frozen=True, slots=True)
class Totals:
    """Organizations and requests in all, and those that are affected.

    `organizations` are those that the log names; `nameless` requests have none. An organization is
    affected when one of its requests is not simply allowed once the measure is fully in force, or
    is unsupported or disputed; it is refused when one gets block or suspended at the instant of
    judging. `exempt` ones are affected and spared.
    """

    organizations: int
    requests: int
    nameless: int
    affected: int
    affected_requests: int
    refused: int
    refused_requests: int
    unsupported: int
    unsupported_requests: int
    exempt: int


@dataclass(frozen=True, slots=True)
class Group:
    """Requests that have something in common, by verdict, and by how many organizations.

    `name` is what they have in common, None where it is not known.
    """

    name: str | None
    verdicts: Mapping[str, int]
    organizations: int

    @property
    def requests(self) -> int:
        """All of them."""
        return sum(self.verdicts.values())


@dataclass(frozen=True, slots=True)
class InCloud:
    """Affected requests from one region of a cloud, and where the sources see it."""

    provider: str
    region: str | None
    seen_in: tuple[str, ...]
    requests: int
    organizations: int


@dataclass(frozen=True, slots=True)
class Figures:
    """All that the page tells apart from single organizations.

    `days` has the requests of each day by verdict; `disputed`, `unplaced` and `anonymized` are
    parts of all requests, by region, by why they have no region, and by kinds of anonymizers.
    """

    totals: Totals
    regions: tuple[Group, ...]
    days: Mapping[date, Mapping[str, int]]
    rules: tuple[Group, ...]
    disputed: tuple[Group, ...]
    unplaced: tuple[Group, ...]
    anonymized: tuple[Group, ...]
    clouds: tuple[InCloud, ...]


def figures(database: duckdb.DuckDBPyConnection) -> Figures:
    """Reads all of them."""
    return Figures(
        totals=_totals(database),
        regions=_groups(database, "region", "\"group\" = 'located'"),
        days=_days(database),
        rules=_groups(database, "rule", "affected"),
        disputed=_groups(database, "region", "disputed"),
        unplaced=_groups(database, '"class"', "\"group\" IN ('unknown', 'special')"),
        anonymized=_groups(database, "anonymizers", "anonymizers IS NOT NULL"),
        clouds=_clouds(database),
    )


def _totals(database: duckdb.DuckDBPyConnection) -> Totals:
    found = rows(
        database,
        """SELECT count(organization) AS organizations,
  coalesce(sum(requests), 0)::BIGINT AS requests,
  coalesce(sum(requests) FILTER (organization IS NULL), 0)::BIGINT AS nameless,
  count(organization) FILTER (affected > 0) AS affected,
  coalesce(sum(affected), 0)::BIGINT AS affected_requests,
  count(organization) FILTER (refused > 0) AS refused,
  coalesce(sum(refused), 0)::BIGINT AS refused_requests,
  count(organization) FILTER (unsupported > 0) AS unsupported,
  coalesce(sum(unsupported), 0)::BIGINT AS unsupported_requests,
  count(organization) FILTER (affected > 0 AND state = 'exempt') AS exempt
FROM (
  SELECT organization, any_value(state) AS state, sum(requests) AS requests,
    coalesce(sum(requests) FILTER (affected), 0) AS affected,
    coalesce(sum(requests) FILTER (own IN ('block', 'suspended')), 0) AS refused,
    coalesce(sum(requests) FILTER (unsupported), 0) AS unsupported
  FROM told GROUP BY organization
)""",
    )
    return Totals(**found[0])


def _groups(database: duckdb.DuckDBPyConnection, what: str, where: str) -> tuple[Group, ...]:
    """Requests by one column and verdict, the largest group of affected ones first."""
    found = rows(
        database,
        f"""SELECT name, organizations, verdicts FROM (
  SELECT name, max(organizations) AS organizations, sum(requests) AS requests,
    coalesce(sum(requests) FILTER (own <> 'allow'), 0) AS hard,
    map_from_entries(list((own, requests) ORDER BY own)) AS verdicts
  FROM (
    SELECT {what} AS name, own, sum(requests)::BIGINT AS requests
    FROM told WHERE {where} GROUP BY ALL
  ) JOIN (
    SELECT {what} AS name, count(DISTINCT organization) AS organizations
    FROM told WHERE {where} GROUP BY ALL
  ) AS counted USING (name) GROUP BY name
) ORDER BY hard DESC, requests DESC, name""",  # noqa: S608 - the columns are ours
    )
    return tuple(Group(row["name"], row["verdicts"], row["organizations"]) for row in found)


def _days(database: duckdb.DuckDBPyConnection) -> dict[date, dict[str, int]]:
    found: dict[date, dict[str, int]] = {}
    for row in rows(
        database,
        "SELECT day, own, sum(requests)::BIGINT AS requests FROM told"
        " WHERE day IS NOT NULL GROUP BY ALL ORDER BY ALL",
    ):
        found.setdefault(row["day"], {})[row["own"]] = row["requests"]
    return found


def _clouds(database: duckdb.DuckDBPyConnection) -> tuple[InCloud, ...]:
    found = rows(
        database,
        f"""SELECT cloud AS provider, cloud_region AS region,
  list_sort(list(DISTINCT region)) AS seen_in,
  sum(requests)::BIGINT AS requests, count(DISTINCT organization) AS organizations
FROM told WHERE affected AND cloud IS NOT NULL GROUP BY cloud, cloud_region
ORDER BY requests DESC, cloud, cloud_region NULLS LAST LIMIT {MOST_ROWS}""",  # noqa: S608
    )
    return tuple(InCloud(**row | {"seen_in": tuple(filter(None, row["seen_in"]))}) for row in found)
