"""What Envoy's own filters cost, each alone and as plain as can be: no gate of them is cheaper."""

from __future__ import annotations

from collections.abc import Mapping

from bench.ungated import Config
from regiongate.compiler.envoy.files import slot_database, slot_facts
from regiongate.compiler.envoy.locate import locate
from regiongate.compiler.envoy.slots import SLOTS
from regiongate.compiler.envoy.typed import always, composite, header_mutation, run

HEADER = ("with", "instructions/request", "more than with nothing")

_HEADERS = 8
"""About as many as a gate adds to a request."""


def filters() -> Mapping[str, tuple[Config, ...]]:
    """What stands before the router, by what a reader calls it."""
    one, many = _adding(1), _adding(_HEADERS)
    database = locate(slot_database(SLOTS[0]), slot_facts(SLOTS[0]))
    return {
        "nothing": (),
        "a filter that adds a header": (one,),
        f"a filter that adds {_HEADERS} headers": (many,),
        "the same, run by a matching tree that asks nothing": (
            composite("asking", always(run("adding", many))),
        ),
        "geoip, which adds country and place": (database,),
    }


def _adding(number: int) -> Config:
    return header_mutation("adding", {f"x-added-{row}": "supported" for row in range(number)}, [])


def rows(counts: Mapping[str, float]) -> list[tuple[str, ...]]:
    """The table, from instructions by these names."""
    least = min(counts.values(), default=0)
    return [
        (name, f"{found:.0f}", "" if found == least else f"{found - least:+.0f}")
        for name, found in counts.items()
    ]
