"""Sightings as tests need them: right as they stand, one fact changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa

from regiongate.domain.sighting import Sighting
from regiongate.store.sightings import SCHEMA

DAY = date(2026, 6, 1)
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
ONE = Sighting(
    organization="acme",
    key="0123456789abcdef",
    network="192.0.2.0/24",
    region="KP",
    day=DAY,
    requests=3,
    unsupported=2,
    disputed=1,
    anonymized=0,
    tokens=30,
    first=NOON,
    last=NOON.replace(hour=13, microsecond=123_456),
    allowed=0,
    warned=1,
    blocked=2,
    suspended=0,
    handed_over=0,
)


def sighting(**facts: Any) -> Sighting:
    """ONE with some facts changed."""
    return replace(ONE, **facts)


def table(found: Iterable[Sighting]) -> pa.Table:
    """Sightings as the columns in which they are added."""
    return pa.Table.from_pylist([asdict(one) for one in found], schema=SCHEMA)
