"""Everything that decides says what the slow reading of the tests says, over drawn worlds.

`python -m tests.exactness` does the same for as long as one likes. A mismatch names its world:
`world(seed)` draws it again.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.exactness.compare import Comparison, Tally
from tests.exactness.draw import world
from tests.exactness.live import gateway

WORLDS = 3
REQUESTS = 300

Record = Callable[[str, object], None]


@pytest.mark.parametrize("number", range(WORLDS))
def test_a_world(tmp_path: Path, record_property: Record, number: int) -> None:
    """At every border and one address to each side, at every date and one second to each side."""
    tally = Comparison(world(f"test/{number}"), tmp_path).run()
    _judge(tally, record_property)
    assert {*tally.sides} >= {"official", "decide", "decide_many", "reader", "finder", "explain"}


@pytest.mark.envoy
def test_the_running_envoy(tmp_path: Path, record_property: Record) -> None:
    """Worlds around today, published one after the other, at addresses drawn from the borders."""
    tally = Tally("envoy")
    with gateway(tmp_path) as live:
        for number in range(2):
            tally.add(live.compare(f"test/envoy/{number}", REQUESTS))
    _judge(tally, record_property)


def _judge(tally: Tally, record_property: Record) -> None:
    record_property("comparisons", tally.comparisons)
    record_property("mismatches", tally.wrong)
    assert not tally.wrong, "\n".join(map(str, tally.mismatches))
