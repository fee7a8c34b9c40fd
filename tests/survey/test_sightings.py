"""Cells become sightings: what is counted of the networks that hide who calls."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from regiongate.store.sightings import SCHEMA
from regiongate.survey.cells import CELLS, PLACED
from regiongate.survey.session import session
from regiongate.survey.sightings import sightings
from tests.support.surveys import cell, placed


def _sightings(rows: list[tuple[dict[str, Any], dict[str, Any]]]) -> pa.Table:
    with session(threads=1) as opened:
        opened.connection.register("cells", pa.Table.from_pylist([a for a, _ in rows], CELLS))
        opened.connection.register("placed", pa.Table.from_pylist([b for _, b in rows], PLACED))
        return sightings(opened.connection, "(SELECT * FROM cells JOIN placed USING (address))")


@pytest.mark.parametrize(
    ("kinds", "hidden"),
    [
        (None, False),
        ("tor", True),
        ("vpn", True),
        ("proxy", True),
        ("hosting,vpn", True),
        ("hosting", False),
        ("relay", False),
        ("hosting,relay", False),
    ],
)
def test_what_hides_a_client_is_counted(kinds: str | None, hidden: bool) -> None:
    """Tor, VPN and proxy count; a data centre alone and a private relay hide nobody's country."""
    there = placed("192.0.2.1", "FR") | {"anonymizers": kinds}
    other = placed("192.0.2.2", "FR")
    rows = [(cell("acme", "192.0.2.1", 3), there), (cell("acme", "192.0.2.2", 2), other)]
    found = _sightings(rows)
    assert found.schema.equals(SCHEMA)
    [row] = found.to_pylist()
    assert (row["requests"], row["anonymized"]) == (5, 3 if hidden else 0)
