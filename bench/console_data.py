"""A store as large as the console must be quick with: organizations, sightings, cases, a trail.

Everything is drawn from the same numbers, so two stores hold the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import sqlalchemy as sa

from regiongate.domain.audit import AuditEvent, Tag
from regiongate.domain.case import Case, CaseState, Step
from regiongate.domain.notice import Event
from regiongate.domain.role import SYSTEM
from regiongate.store.audit import AuditTrail
from regiongate.store.bulk import merge
from regiongate.store.case_tables import CASE
from regiongate.store.cases import Cases, Seen
from regiongate.store.database import Database
from regiongate.store.notice_tables import NOTICE, NoticeState
from regiongate.store.organization_tables import ORGANIZATION
from regiongate.store.search import small
from regiongate.store.sightings import SCHEMA, Sightings

END = datetime(2024, 6, 30, 12, tzinfo=UTC)
"""The instant at which the console is looked at."""

DAYS = 90
REGIONS = ("US", "DE", "FR", "JP", "IN", "BR", "GB", "CN", "RU", "IR", "UA-43", "VE", "KP")
SHARES = (0.34, 0.12, 0.1, 0.1, 0.1, 0.08, 0.08, 0.04, 0.02, 0.01, 0.004, 0.004, 0.002)
UNSUPPORTED = 7
"""The regions from this one on are unsupported."""

LARGE = 100_000
"""So many sightings are of one organization, the first."""

WORDS = (
    "Northern",
    "Ацтек",
    "Blue",
    "Zenith",
    "Quiet",
    "Harbour",
    "北方",
    "Iron",
    "Silver",
    "Open",
)
_AT_ONCE = 50_000
_ROWS = 500_000


@dataclass(frozen=True)
class Size:
    """How much of everything there is."""

    organizations: int
    sightings: int
    cases: int
    events: int


def fill(database: Database, size: Size, tell: Callable[[str], None]) -> None:
    """Fill an empty store."""
    tell("organizations")
    for begin in range(0, size.organizations, _AT_ONCE):
        with database.writing() as connection:
            numbers = range(begin, min(begin + _AT_ONCE, size.organizations))
            _organizations(connection, list(numbers))
    tell("sightings")
    for rows in _sightings(size):
        with database.writing() as connection:
            Sightings(connection).add(rows)
    tell("cases")
    with database.writing() as connection:
        found = _cases(connection, size)
        _notices(connection, found)
    tell("events")
    for begin in range(0, size.events, _AT_ONCE):
        with database.writing() as connection:
            AuditTrail(connection).write(_events(begin, min(begin + _AT_ONCE, size.events)))
    if database.engine.dialect.name == "postgresql":
        # What autovacuum does by itself a minute later.
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as opened:
            opened.exec_driver_sql("VACUUM ANALYZE")


def name(number: int) -> str:
    """The id of an organization."""
    return f"org-{number:07}"


def _organizations(connection: sa.Connection, numbers: list[int]) -> None:
    count = len(numbers)
    names = pa.array([f"{WORDS[n % 10]} {WORDS[n // 10 % 10]} {n}" for n in numbers])
    then = pa.repeat(pa.scalar(END - timedelta(days=400), pa.timestamp("us", tz="UTC")), count)
    columns = {
        "id": pa.array([name(n) for n in numbers]),
        "name": names,
        "plan": pa.nulls(count, pa.string()),
        "card": pa.repeat("0" * 32, count),
        "dossier": pa.nulls(count, pa.string()),
        "since": then,
        "changed": then,
        "sought": small(names),
    }
    merge(connection, ORGANIZATION, pa.table(columns), {"name": "excluded.name"})


def _sightings(size: Size) -> Iterator[pa.Table]:
    """In the order of organizations, as a first survey writes them."""
    random = np.random.default_rng(6)
    large = min(LARGE, size.sightings // 10)
    for begin in range(0, size.sightings, _ROWS):
        row = np.arange(begin, min(begin + _ROWS, size.sightings))
        rest = (row - large) * size.organizations // max(size.sightings - large, 1)
        yield _drawn(random, np.where(row < large, 0, rest), row)


def _drawn(random: np.random.Generator, whose: Any, row: Any) -> pa.Table:
    count = len(row)
    region = random.choice(len(REGIONS), count, p=SHARES)
    # Those that have cases, the first of twenty, are seen where others are not.
    region = np.where(region < UNSUPPORTED, region, np.where(whose % 20 == 0, region, 0))
    wrong = region >= UNSUPPORTED
    requests = random.integers(1, 200, count)
    days = random.integers(0, DAYS, count)
    first = np.datetime64(END.date() - timedelta(days=DAYS)) + days
    noon = first.astype("datetime64[us]") + np.timedelta64(12, "h")
    facts = {
        "organization": [name(n) for n in whose.tolist()],
        "key": [f"{n:08x}" for n in (whose * 8 + random.integers(0, 3, count)).tolist()],
        # No two rows are the same sighting, so as many are kept as are drawn.
        "network": [f"{20 + n % 80}.{n >> 15 & 255}.{n >> 7 & 255}.0/24" for n in row.tolist()],
        "region": [REGIONS[n] for n in region.tolist()],
        "day": first.astype("datetime64[D]"),
        "requests": requests,
        "unsupported": np.where(wrong, requests, 0),
        "blocked": np.where(wrong, requests, 0),
        "allowed": np.where(wrong, 0, requests),
        "tokens": [None] * count,
        "first": pa.array(noon).cast(pa.timestamp("us", tz="UTC")),
        "last": pa.array(noon + np.timedelta64(1, "h")).cast(pa.timestamp("us", tz="UTC")),
    }
    nothing = np.zeros(count, np.int64)
    columns = [pa.array(facts.get(f.name, nothing)).cast(f.type) for f in SCHEMA]
    return pa.Table.from_arrays(columns, schema=SCHEMA)


def _cases(connection: sa.Connection, size: Size) -> list[Case]:
    random = np.random.default_rng(7)
    counts = random.integers(1, 5000, size.cases).tolist()
    parts = random.random(size.cases).tolist()
    step = max(size.organizations // size.cases, 1)
    seen = [
        Seen(name(n * step), many, max(1, int(many * part)), END - timedelta(days=60), _last(n))
        for n, (many, part) in enumerate(zip(counts, parts, strict=True))
    ]
    cases = Cases(connection)
    at = END - timedelta(days=50)
    found = cases.find(seen, at, SYSTEM, "traffic from unsupported regions in the sightings")
    for n, step_ in enumerate((Step.NOTICE, Step.RESTRICT)):
        moving = found[: len(found) * (3 - n) // 4]
        moved = cases.take_all(moving, step_, at + timedelta(days=10 * (n + 1)), SYSTEM, "its date")
        found[: len(moving)] = moved
    gone = found[::50]
    cases.take_all(gone, Step.RELEASE, END - timedelta(days=5), "bob", "no traffic any more")
    loud = sa.update(CASE).where(CASE.c.number % 500 == 0)
    connection.execute(loud.values(loud="all contacts are bad"))
    return [case for case in found if case.state is not CaseState.FOUND]


def _last(number: int) -> datetime:
    return END - timedelta(seconds=number * 7919 % (40 * 86_400))


def _notices(connection: sa.Connection, cases: list[Case]) -> None:
    """Two each, most of them accepted."""
    for begin in range(0, len(cases), _AT_ONCE // 10):
        some = cases[begin : begin + _AT_ONCE // 10]
        rows = [_notice(case, n) for case in some for n in range(2)]
        connection.execute(sa.insert(NOTICE), rows)


def _notice(case: Case, which: int) -> dict[str, Any]:
    number = f"{case.number:020}-{which}"
    at = case.opened + timedelta(days=which * 7, seconds=case.number % 80_000)
    ready = case.number % 100 == 0
    came_back = case.number % 200 == 1
    return {
        "id": number,
        "case": case.number,
        "organization": case.organization,
        "event": (Event.ANNOUNCEMENT if which == 0 else Event.REMINDER).value,
        "occasion": "",
        "round": 1,
        "follows": None,
        "address": f"api@{case.organization}.example",
        "asked": "en",
        "language": "en",
        "subject": "Example API will not be available in some regions",
        "told": "{}",
        "composed_at": at,
        "message_id": f"<{number}@example.com>",
        "return_path": f"bounces+{number}@example.com",
        "digest": "0" * 64,
        "state": (NoticeState.READY if ready else NoticeState.ACCEPTED).value,
        "attempts": 0 if ready else 1,
        "begun_at": None if ready else at,
        "due_at": at if ready else None,
        "reply_code": None if ready else 250,
        "reply": None if ready else "2.0.0 queued",
        "accepted_at": None if ready else at,
        "bounced_at": at + timedelta(hours=1) if came_back and not ready else None,
    }


def _events(begin: int, end: int) -> Iterator[AuditEvent]:
    """Views and notes of people and what regiongate does, up to the end."""
    tags = (Tag.CASE_NOTED, Tag.NOTICE_SENT, Tag.PERSONAL_DATA_VIEWED, Tag.NOTICE_COMPOSED)
    for n in range(begin, end):
        rare = n % 20_000 == 7
        tag = Tag.PERSON_ADDED if rare else tags[n % 4]
        actor = "carol" if rare else f"person-{n % 40}" if n % 4 in (0, 2) else SYSTEM
        at = END - timedelta(days=40) + timedelta(seconds=n * 3)
        yield AuditEvent(at, actor, tag, name(n % 50_000 * 20), {"case": n % 50_000 + 1})


def day(back: int) -> date:
    """So many days before the end."""
    return END.date() - timedelta(days=back)
