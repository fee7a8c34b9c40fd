"""A run as a record: the form of `--json`, and of `result.json` beside the evidence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from regiongate.conformance.finding import State
from regiongate.conformance.row import Row
from regiongate.conformance.target import Target

FORMAT = "regiongate-conformance/1"


def record(target: Target, rows: Sequence[Row]) -> dict[str, Any]:
    """All rows in order, and how many are in each state."""
    counts = {state.value: sum(row.finding.state is state for row in rows) for state in State}
    return {
        "format": FORMAT,
        "base_url": target.base_url,
        "dialect": target.dialect.value,
        "model": target.model,
        "counts": counts,
        "rows": [_row(row) for row in rows],
    }


def _row(row: Row) -> dict[str, Any]:
    names = [f"{row.check.name}-{n}.http" for n in range(1, len(row.exchanges) + 1)]
    return {
        "check": row.check.name,
        "state": row.finding.state.value,
        "found": row.finding.words,
        "reason": row.check.reason,
        "measured": dict(row.finding.measured),
        "exchanges": names,
    }
