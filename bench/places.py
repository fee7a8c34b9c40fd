"""Addresses to call from, drawn from the space that the verdict database knows."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from ipaddress import IPv4Address
from pathlib import Path

import maxminddb

from regiongate.compiler.bundle import DECISIONS
from regiongate.compiler.envoy.gate import DATABASE


@dataclass(frozen=True)
class Places:
    """Addresses by what an ordinary organization gets there now."""

    allowed: list[str]
    refused: list[str]


def find(bundle: Path, wanted: int = 1000) -> Places:
    """The same addresses for the same bundle; dates to come are left out of account."""
    decisions = json.loads((bundle / DECISIONS).read_text())
    rows = decisions["standings"][decisions["ordinary"]]
    verdict = {key: found[-1]["verdict"] for key, found in rows.items()}
    numbers = random.Random("regiongate bench")  # noqa: S311 - a sample, not a secret
    found: dict[str, list[str]] = {"allow": [], "block": []}
    with maxminddb.open_database(bundle / DATABASE) as database:
        while min(map(len, found.values())) < wanted:
            address = str(IPv4Address(numbers.randrange(1 << 24, 224 << 24)))
            record = database.get(address)
            if isinstance(record, dict):
                key = record["city"]["names"]["en"]  # type: ignore[index,call-overload]
                found.setdefault(verdict[key], []).append(address)
    return Places(found["allow"][:wanted], found["block"][:wanted])
