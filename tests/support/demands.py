"""Demand as tests need it: right as it stands, one fact changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, replace
from typing import Any

import pyarrow as pa

from regiongate.domain.demand import Demand
from regiongate.domain.offer import Feature
from regiongate.store.demands import SCHEMA
from tests.support.sightings import DAY

ONE = Demand("acme", DAY, "large", Feature.CHAT, 3, None, None, None)


def demand(organization: str = "acme", **facts: Any) -> Demand:
    """A demand, some of its facts changed."""
    return replace(ONE, organization=organization, **facts)


def demands(found: Iterable[Demand]) -> pa.Table:
    """Demand as the store takes it."""
    return pa.Table.from_pylist([asdict(one) for one in found], SCHEMA)
