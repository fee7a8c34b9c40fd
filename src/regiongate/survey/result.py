"""From the tables of a survey to its values, organization by organization."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from regiongate.domain.attested import Attested
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

_AT_ONCE = 10_000

Grain = tuple[bool, str | None]
"""Of an organization: whether all of it is meant, and else which key."""

Row = tuple[Any, ...]

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
ORDER BY number, n DESC, region, own"""

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
ORDER BY number, n DESC, hi, lo"""  # noqa: S608 - quoted where it is not ours

_EXAMPLES = """
SELECT number, whole, "key", text FROM (
  SELECT number, grouping("key") = 1 AS whole, "key", {name} AS text,
    bool_or(affected) AS affected, sum(n) AS n
  FROM by_use WHERE {name} IS NOT NULL
  GROUP BY GROUPING SETS ((number, "key", {name}), (number, {name}))
)
QUALIFY row_number() OVER (
  PARTITION BY number, whole, "key" ORDER BY affected DESC, n DESC, text) <= {most}
ORDER BY number, affected DESC, n DESC, text"""

_DAYS = """
SELECT number, "key", max(countries), arg_min("day", (-countries, "day")) FROM (
  SELECT number, "key", "day", count(DISTINCT country) AS countries FROM by_day GROUP BY ALL
) GROUP BY ALL ORDER BY number"""

_JOURNEYS = f"""
SELECT number, "key", departure, arrival, "at", km, hours, kmh,
  count(*) OVER (PARTITION BY number, "key")
{of_affected("journeys")}
QUALIFY row_number() OVER (PARTITION BY number, "key" ORDER BY km DESC, "at", arrival) <= {JOURNEYS}
ORDER BY number, km DESC, "at", arrival"""


_TOTALS = f"""
SELECT number, whole, "key", t.organization, state, requests, tokens, unsupported,
  unsupported_tokens, unsupported_first, unsupported_last, disputed, disputed_tokens,
  anonymizer, anonymizer_tokens, first_seen, last_seen, days
{of_affected("totals")}
ORDER BY number, whole, unsupported DESC, requests DESC, "key" NULLS LAST"""


@dataclass(slots=True)
class _Details:
    """What stands beside the totals of one grain."""

    countries: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    unsupported: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    regions: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    verdicts: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    networks: list[Network] = field(default_factory=list)
    networks_in_all: int = 0
    examples: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))


def survey(
    session: Session, judging: Judging, rows: Rows, attested: tuple[Attested, ...] = ()
) -> Survey:
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
        attested=attested,
    )


class _ByNumber:
    """Rows whose first column is the number of an organization, by which they are sorted.

    They are taken organization by organization, so that never all of them are values at a time.
    """

    def __init__(self, session: Session, sql: str) -> None:
        rows = (
            row
            for batch in session.table(sql).to_batches(max_chunksize=_AT_ONCE)
            for row in zip(*(column.to_pylist() for column in batch.columns), strict=True)
        )
        self._groups = groupby(rows, itemgetter(0))
        self._next = next(self._groups, None)

    def take(self, number: int) -> list[Row]:
        """The rows of the next organization, without the number; none when it has none."""
        if self._next is None or self._next[0] != number:
            return []
        rows = [row[1:] for row in self._next[1]]
        self._next = next(self._groups, None)
        return rows


def _surveyed(session: Session) -> Iterator[Surveyed]:
    totals, days = _ByNumber(session, _TOTALS), _ByNumber(session, _DAYS)
    journeys, details = _ByNumber(session, _JOURNEYS), _Parts(session)
    number = 0
    while rows := totals.take(number := number + 1):
        most = {key: (countries, on) for key, countries, on in days.take(number)}
        moved = _moved(journeys.take(number))
        beside = details.take(number)
        keys = tuple(
            Key(key, _seen(seen, beside[False, key]), *most.get(key, (0, None)), *moved[key])
            for whole, key, _, _, *seen in rows
            if not whole
        )
        _, _, name, state, *seen = rows[-1]
        yield Surveyed(name, state, _seen(seen, beside[True, None]), keys)


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


class _Parts:
    """The statements on countries, networks and examples."""

    def __init__(self, session: Session) -> None:
        self._counts = _ByNumber(session, _COUNTS)
        self._networks = _ByNumber(session, _NETWORKS)
        self._examples = {
            name: _ByNumber(session, _EXAMPLES.format(name=name, most=EXAMPLES))
            for name in ("host", "path", "model")
        }

    def take(self, number: int) -> Mapping[Grain, _Details]:
        """What they say of the next organization, by grain."""
        found: dict[Grain, _Details] = defaultdict(_Details)
        for whole, key, *counts in self._counts.take(number):
            _count(found[whole, key], *counts)
        for whole, key, *facts, in_all in self._networks.take(number):
            one = found[whole, key]
            one.networks.append(_network(*facts))
            one.networks_in_all = in_all
        for name, examples in self._examples.items():
            for whole, key, text in examples.take(number):
                found[whole, key].examples[name].append(text)
        return found


def _count(one: _Details, *counts: Any) -> None:
    country, region, unsupported, own, requests = counts
    one.verdicts[own] += requests
    if country is not None:
        one.countries[country] += requests
        if unsupported:
            one.unsupported[country] += requests
            if region != country:
                one.regions[region] += requests


def _network(
    text: str, requests: int, region: str | None, would: str, kinds: str | None, *facts: Any
) -> Network:
    return Network(text, requests, region, would, tuple(kinds.split(",")) if kinds else (), *facts)


def _moved(rows: list[Row]) -> Mapping[str | None, tuple[tuple[Journey, ...], int]]:
    """The journeys of each key of an organization, and how many there are in all."""
    found: dict[str | None, tuple[tuple[Journey, ...], int]] = defaultdict(lambda: ((), 0))
    for key, departure, arrival, at, km, hours, kmh, in_all in rows:
        journey = Journey(departure, arrival, at.replace(tzinfo=UTC), km, hours, kmh)
        found[key] = ((*found[key][0], journey), in_all)
    return found


def _utc(at: datetime | None) -> datetime | None:
    return None if at is None else at.replace(tzinfo=UTC)
