"""From the tables of a survey to its values, organization by organization."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from regiongate.domain.survey import (
    Journey,
    Judging,
    Key,
    Network,
    Part,
    Period,
    Rows,
    Seen,
    Survey,
    Surveyed,
    Unsupported,
)
from regiongate.survey.session import Session
from regiongate.survey.tables import of_affected

NETWORKS, KEY_NETWORKS, EXAMPLES, JOURNEYS = 20, 5, 10, 5
"""How many are told of each organization, of networks fewer of each key."""

Grain = tuple[int, bool, str | None]
"""The number of an organization, whether all of it is meant, and else which key."""

_BY_DAY = f"""
CREATE TABLE by_day AS
SELECT number, "key", "day", country, region, unsupported, own, sum(requests)::BIGINT AS n
{of_affected("told_cells")} GROUP BY ALL"""

_BY_USE = f"""
CREATE TABLE by_use AS
SELECT number, "key", host, path, model, t.affected, sum(requests)::BIGINT AS n
{of_affected("told_cells")} GROUP BY ALL"""

_COUNTS = """
SELECT number, grouping("key") = 1, "key", country, region, unsupported, own, sum(n)::BIGINT AS n
FROM by_day
GROUP BY GROUPING SETS ((number, "key", country, region, unsupported, own),
  (number, country, region, unsupported, own))
ORDER BY n DESC, region, own"""

_NETWORKS = f"""
WITH found AS (
  SELECT number, grouping("key") = 1 AS whole, "key", hi, lo, sum(requests)::BIGINT AS n,
    arg_min({{'region': region, 'would': would, 'anonymizers': anonymizers, 'cloud': cloud,
      'cloud_region': cloud_region, 'asn': asn, 'as_name': as_name}}, address) AS said
  {of_affected("told_cells")} WHERE t.affected
  GROUP BY GROUPING SETS ((number, "key", hi, lo), (number, hi, lo))
)
SELECT number, whole, "key", network_text(hi, lo), n, said.region, said.would, said.anonymizers,
  said.cloud, said.cloud_region, said.asn, said.as_name,
  count(*) OVER (PARTITION BY number, whole, "key") AS in_all
FROM found
QUALIFY row_number() OVER (PARTITION BY number, whole, "key" ORDER BY n DESC, hi, lo)
  <= CASE WHEN whole THEN {NETWORKS} ELSE {KEY_NETWORKS} END
ORDER BY n DESC, hi, lo"""  # noqa: S608 - quoted where it is not ours

_EXAMPLES = """
SELECT number, whole, "key", text FROM (
  SELECT number, grouping("key") = 1 AS whole, "key", {name} AS text,
    bool_or(affected) AS affected, sum(n) AS n
  FROM by_use WHERE {name} IS NOT NULL
  GROUP BY GROUPING SETS ((number, "key", {name}), (number, {name}))
)
QUALIFY row_number() OVER (
  PARTITION BY number, whole, "key" ORDER BY affected DESC, n DESC, text) <= {most}
ORDER BY affected DESC, n DESC, text"""

_DAYS = """
SELECT number, "key", max(countries), arg_min("day", (-countries, "day")) FROM (
  SELECT number, "key", "day", count(DISTINCT country) AS countries FROM by_day GROUP BY ALL
) GROUP BY ALL"""

_JOURNEYS = f"""
SELECT number, "key", departure, arrival, "at", km, hours, kmh,
  count(*) OVER (PARTITION BY number, "key")
{of_affected("journeys")}
QUALIFY row_number() OVER (PARTITION BY number, "key" ORDER BY km DESC, "at", arrival) <= {JOURNEYS}
ORDER BY km DESC, "at", arrival"""


@dataclass
class _Details:
    """What stands beside the totals of one grain."""

    countries: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    unsupported: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    regions: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    verdicts: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    networks: list[Network] = field(default_factory=list)
    networks_in_all: int = 0
    examples: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))


def survey(session: Session, judging: Judging, rows: Rows) -> Survey:
    """The values of a survey whose tables are there."""
    database = session.connection
    session.run(_BY_DAY)
    session.run(_BY_USE)
    start, end, organizations = database.execute(
        'SELECT min("first")::TIMESTAMP, max("last")::TIMESTAMP, count(DISTINCT organization)'
        " + coalesce(bool_or(organization IS NULL), false)::INTEGER FROM cells"
    ).fetchall()[0]
    return Survey(
        judging=judging,
        period=Period(_utc(start), _utc(end)),
        rows=rows,
        organizations_seen=int(organizations),
        organizations=tuple(_surveyed(session)),
    )


def _surveyed(session: Session) -> Iterator[Surveyed]:
    details = _details(session)
    days, journeys = _days(session), _journeys(session)
    keys: dict[int, list[Key]] = defaultdict(list)
    names = 'number, whole, "key", t.organization, state, requests, tokens, unsupported,'
    names += "unsupported_tokens, unsupported_first, unsupported_last, disputed, disputed_tokens,"
    names += "anonymizer, anonymizer_tokens, first_seen, last_seen, days"
    order = 'ORDER BY number, whole, unsupported DESC, requests DESC, "key" NULLS LAST'
    for row in _rows(session, f"SELECT {names} {of_affected('totals')} {order}"):
        number, whole, key, name, state, *numbers = row
        seen = _seen(numbers, details[number, whole, key])
        if whole:
            yield Surveyed(name, state, seen, tuple(keys.pop(number)))
            continue
        most, on = days.get((number, key), (0, None))
        moved, in_all = journeys.get((number, key), ([], 0))
        keys[number].append(Key(key, seen, most, on, tuple(moved), in_all))


def _seen(numbers: list[Any], details: _Details) -> Seen:
    requests, tokens, unsupported, unsupported_tokens, since, until, *others = numbers
    disputed, disputed_tokens, anonymizer, anonymizer_tokens, first, last, days = others
    return Seen(
        requests=requests,
        tokens=tokens,
        unsupported=Unsupported(
            part=_part(unsupported, unsupported_tokens, requests, tokens),
            countries=dict(details.unsupported),
            regions=dict(details.regions),
            first_seen=_utc(since),
            last_seen=_utc(until),
        ),
        disputed=_part(disputed, disputed_tokens, requests, tokens),
        anonymizer=_part(anonymizer, anonymizer_tokens, requests, tokens),
        countries=dict(details.countries),
        verdicts=dict(sorted(details.verdicts.items())),
        first_seen=_utc(first),
        last_seen=_utc(last),
        days_active=days,
        networks=tuple(details.networks),
        networks_in_all=details.networks_in_all,
        hosts=tuple(details.examples["host"]),
        paths=tuple(details.examples["path"]),
        models=tuple(details.examples["model"]),
    )


def _part(requests: int, tokens: int | None, of: int, of_tokens: int | None) -> Part:
    """A part; where the log counts tokens, none of them are 0 and not unknown."""
    told = None if of_tokens is None else tokens or 0
    return Part(requests, told, round(requests / of, 6))


def _details(session: Session) -> Mapping[Grain, _Details]:
    found: dict[Grain, _Details] = defaultdict(_Details)
    for row in _rows(session, _COUNTS):
        number, whole, key, country, region, unsupported, own, requests = row
        one = found[number, whole, key]
        one.verdicts[own] += requests
        if country is not None:
            one.countries[country] += requests
            if unsupported:
                one.unsupported[country] += requests
                if region != country:
                    one.regions[region] += requests
    for row in _rows(session, _NETWORKS):
        number, whole, key, text, requests, region, would, kinds, *facts, in_all = row
        one = found[number, whole, key]
        named = tuple(kinds.split(",")) if kinds else ()
        one.networks.append(Network(text, requests, region, would, named, *facts))
        one.networks_in_all = in_all
    for name in ("host", "path", "model"):
        sql = _EXAMPLES.format(name=name, most=EXAMPLES)
        for number, whole, key, text in _rows(session, sql):
            found[number, whole, key].examples[name].append(text)
    return found


def _days(session: Session) -> dict[tuple[int, str | None], tuple[int, Any]]:
    return {(number, key): (most, on) for number, key, most, on in _rows(session, _DAYS)}


def _journeys(session: Session) -> dict[tuple[int, str | None], tuple[list[Journey], int]]:
    found: dict[tuple[int, str | None], tuple[list[Journey], int]] = {}
    for number, key, departure, arrival, at, km, hours, kmh, in_all in _rows(session, _JOURNEYS):
        journey = Journey(departure, arrival, at.replace(tzinfo=UTC), km, hours, kmh)
        found.setdefault((number, key), ([], in_all))[0].append(journey)
    return found


def _rows(session: Session, sql: str) -> Iterator[tuple[Any, ...]]:
    found = session.run(sql)
    while rows := found.fetchmany(10_000):
        yield from rows


def _utc(at: datetime | None) -> datetime | None:
    return None if at is None else at.replace(tzinfo=UTC)
