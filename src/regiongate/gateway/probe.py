"""Ask the running gateway what it would do, and compare with what the bundle says it should."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from regiongate.compiler.bundle import DECISIONS, PROBES, row_at
from regiongate.compiler.envoy.connection import PROBE_HEADER, PROBE_SLOT_HEADER
from regiongate.domain.refusal import SELF_CHECK_PATH
from regiongate.gateway.state import State
from regiongate.gateway.unix_http import Unreachable, get


@dataclass(frozen=True, slots=True)
class Disagreement:
    """An address for which the gateway says another thing than the bundle."""

    address: str
    expected: dict[str, str]
    found: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.address}: expected {self.expected}, the gateway says {self.found}"


def probe(state: State, slot: str, generation: str) -> list[Disagreement]:
    """Ask a slot about one address for each place key of the generation that should be in it."""
    bundle = state.bundle(generation)
    decisions = json.loads((bundle / DECISIONS).read_text("utf-8"))
    ordinary = decisions["standings"][decisions["ordinary"]]
    wrong = []
    for address, key in json.loads((bundle / PROBES).read_text("utf-8")).items():
        before = expected(ordinary[key], datetime.now(UTC), generation)
        found = ask(state.probe, slot, address)
        after = expected(ordinary[key], datetime.now(UTC), generation)
        said = {name: found.get(name) for name in before}
        # A date of the policy may have passed between question and answer.
        if said not in (before, after):
            wrong.append(Disagreement(address, before, said))
    return wrong


def expected(rows: list[dict[str, Any]], at: datetime, generation: str) -> dict[str, str]:
    """What the rows of one place say at an instant."""
    row = row_at(rows, at)
    return {"verdict": row["verdict"], "rule": row["rule"], "generation": generation}


def ask(socket: Path, slot: str, address: str) -> dict[str, Any]:
    """What a slot answers to a self-check from an address."""
    try:
        _, content = get(socket, SELF_CHECK_PATH, {PROBE_HEADER: address, PROBE_SLOT_HEADER: slot})
        answer: dict[str, Any] = json.loads(content)
    except (Unreachable, ValueError) as error:
        return {"error": str(error)}
    return answer
