"""Small surveys made up in a test: the tables `cells` and `placed` as the engine leaves them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import pyarrow as pa

from regiongate import policyfile
from regiongate.domain.organization import Organization
from regiongate.domain.policy import Policy
from regiongate.domain.survey import Judging, Rows, Survey
from regiongate.geo.source import Source
from regiongate.survey import result
from regiongate.survey.cells import CELLS, LOCATED, PLACED, SPECIAL, UNKNOWN
from regiongate.survey.locate import settle
from regiongate.survey.report import About
from regiongate.survey.session import Session
from regiongate.survey.tables import prepare

AT = datetime(2024, 7, 9, 7, tzinfo=UTC)
"""The instant for which is judged."""

JUDGING = Judging(
    "example-api", "2024-07-01", "openai-2024-08", AT, "the block date of the measure"
)

SOURCE = Source(
    name="iptoasn",
    version="2024-06-20",
    date=date(2024, 6, 20),
    licence="PDDL-1.0",
    origin="a test",
    digest="0" * 64,
    format="mmdb",
    path=Path("iptoasn.mmdb"),
)


def cell(
    organization: str | None,
    address: str,
    requests: int = 1,
    *,
    key: str | None = "k1",
    day: date | None = date(2024, 6, 1),
    tokens: int | None = None,
) -> dict[str, Any]:
    """A row of `cells`."""
    seen = None if day is None else datetime.combine(day, time(12), UTC)
    return {
        "organization": organization,
        "key": key,
        "address": address,
        "day": day,
        "requests": requests,
        "tokens": tokens,
        "first": seen,
        "last": seen,
        "host": "api.example.com",
        "path": "/v1/chat",
        "model": None,
    }


def placed(address: str, region: str | None, verdict: str = "allow", **more: Any) -> dict[str, Any]:
    """A row of `placed`: located in a region, unknown where that is None."""
    parsed = ip_address(address)
    first = int(ip_network(f"{address}/{24 if parsed.version == 4 else 48}", strict=False)[0])
    hi, lo = (0, first) if parsed.version == 4 else (first >> 64, first & 2**64 - 1)
    unsupported = verdict == "block"
    return {
        "address": address,
        "group": "unknown" if region is None else "located",
        "hi": hi,
        "lo": lo,
        "country": None if region is None else region[:2],
        "region": region,
        "class": "unknown" if region is None else "unsupported" if unsupported else "supported",
        "supported": None if region is None else not unsupported,
        "verdict": verdict,
        "would": verdict,
        "rule": "location:unknown" if region is None else "list:openai-2024-08",
        "exempt": "allow",
        "suspended": verdict,
        "handed": None,
        "anonymizers": None,
        "cloud": None,
        "cloud_region": None,
        "asn": None,
        "as_name": None,
        **more,
    }


def cells_only(session: Session, cells: Sequence[Mapping[str, Any]]) -> None:
    """Makes the table `cells` in a session."""
    _table(session, "cells", cells, CELLS)


def _table(
    session: Session, name: str, rows: Sequence[Mapping[str, Any]], schema: pa.Schema
) -> None:
    session.connection.register("given", pa.Table.from_pylist(list(rows), schema=schema))
    session.connection.execute(f"CREATE OR REPLACE TABLE {name} AS FROM given")
    session.connection.unregister("given")


def fill(
    session: Session,
    cells: Sequence[Mapping[str, Any]],
    places: Sequence[Mapping[str, Any]],
    organizations: Iterable[Organization] = (),
    rejected: int = 0,
) -> Survey:
    """Makes all tables of a survey in a session, and its result."""
    cells_only(session, cells)
    _table(session, "placed", places, PLACED)
    found = settle(session)
    prepare(session, organizations, AT, everyone=False)
    groups = (found.get(group, 0) for group in (LOCATED, UNKNOWN, SPECIAL))
    counted = (*groups, rejected)
    return result.survey(session, JUDGING, Rows(sum(counted), *counted))


def example() -> Policy:
    """The policy of the examples."""
    return policyfile.load(Path(__file__).parents[2] / "examples" / "policy.yaml")


def about(survey: Survey, **more: Any) -> About:
    """A survey with the policy of the examples, facts changed."""
    known: dict[str, Any] = {
        "policy": example(),
        "sources": (SOURCE,),
        "now": datetime(2024, 6, 20, tzinfo=UTC),
    }
    return About(survey=survey, **(known | more))
