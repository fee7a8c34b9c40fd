"""The rulings of a bundle as a file beside its policy, written and read back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import ip_network
from typing import Any

from regiongate.domain.errors import CannotRun
from regiongate.domain.instant import instant_text
from regiongate.domain.policy import Policy
from regiongate.domain.ruling import Ruling, RulingKind

FILE = "rulings.json"
"""Beside the policy file of a bundle; a bundle without rulings has none."""


def with_rulings(
    policy: Policy, files: Mapping[str, bytes], rulings: Iterable[Ruling]
) -> tuple[Policy, dict[str, bytes]]:
    """A policy and the files that go with it, with these rulings and no others."""
    ordered = tuple(sorted(rulings, key=lambda one: (one.kind, one.id)))
    kept = {name: data for name, data in files.items() if name != FILE}
    return replace(policy, rulings=ordered), kept | ({FILE: dump(ordered)} if ordered else {})


def dump(rulings: Iterable[Ruling]) -> bytes:
    """The rulings as JSON; what `load` reads from it equals them."""
    text = json.dumps([_record(one) for one in rulings], indent=1, sort_keys=True)
    return (text + "\n").encode()


def load(data: bytes, where: str) -> tuple[Ruling, ...]:
    """The rulings of such a file; CannotRun when it is none. `where` is what it is called then."""
    try:
        return tuple(_ruling(record) for record in json.loads(data))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        message = f"{where} cannot be read ({type(error).__name__}: {error})"
        raise CannotRun(f"{message}: build the bundle again") from error


def _record(ruling: Ruling) -> dict[str, Any]:
    until = ruling.until
    said = {
        "kind": ruling.kind.value,
        "id": ruling.id,
        "reason": ruling.reason,
        "approver": ruling.approver,
        "until": None if until is None else instant_text(until),
        "organization": ruling.organization,
        "key_sha256": None if ruling.key is None else ruling.key.hex(),
        "network": None if ruling.network is None else str(ruling.network),
        "region": ruling.region,
        "appeal": ruling.appeal,
        "distant": ruling.distant or None,
    }
    return {name: value for name, value in said.items() if value is not None}


def _ruling(record: Mapping[str, Any]) -> Ruling:
    until, key, network = (record.get(name) for name in ("until", "key_sha256", "network"))
    return Ruling(
        kind=RulingKind(record["kind"]),
        id=record["id"],
        reason=record["reason"],
        approver=record["approver"],
        until=None if until is None else datetime.fromisoformat(until).astimezone(UTC),
        organization=record.get("organization"),
        key=None if key is None else bytes.fromhex(key),
        network=None if network is None else ip_network(network),
        region=record.get("region"),
        appeal=record.get("appeal"),
        distant=record.get("distant", False),
    )
