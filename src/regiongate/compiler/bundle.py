"""A bundle: a snapshot written as files that a gateway can run, with a manifest of them all.

Envoy's files name each other as they lie in a gateway's state directory, where the bundle is
installed as `bundles/GENERATION` and its gate is copied to the file that Envoy watches.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

from regiongate.compiler import facts
from regiongate.compiler.envoy import gate
from regiongate.compiler.envoy.bootstrap import bootstrap
from regiongate.compiler.envoy.files import BOOTSTRAP, GATE
from regiongate.compiler.envoy.settings import Settings, to_record
from regiongate.compiler.snapshot import Snapshot
from regiongate.domain.errors import CannotRun
from regiongate.domain.instant import instant_text
from regiongate.domain.organization import State
from regiongate.domain.verdict import Row

FORMAT = "regiongate-bundle/1"
GENERATION = re.compile(r"[1-9][0-9]*-[0-9a-f]{8}")
"""What a generation looks like: it is the name of a folder wherever the bundle is installed."""
MANIFEST = "manifest.json"
DECISIONS = "decisions.json"
PROBES = "probes.json"
ORGANIZATIONS = "organizations.csv"
REGISTERED = "registered.csv"
"""The organizations of the store that have keys; a bundle made without a store has no such file."""
POLICY = PurePosixPath("policy")
POLICY_FILE = "policy.yaml"
"""The policy in that folder, whatever its file was called; beside it lies what it refers to."""


def write(snapshot: Snapshot, settings: Settings, trust_store: str, folder: Path) -> None:
    """Write a bundle into a new folder; the manifest comes last, so a broken write has none."""
    if folder.exists() and any(folder.iterdir()):
        raise CannotRun(f"{folder} is not empty: name a folder that does not exist yet")
    content = files(snapshot, settings, trust_store)
    for name, data in content.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def files(snapshot: Snapshot, settings: Settings, trust_store: str) -> dict[str, bytes]:
    """Every file of a bundle by its relative path, the manifest last."""
    content = {str(POLICY / name): data for name, data in snapshot.inputs.policy_files.items()}
    content[ORGANIZATIONS] = snapshot.roll.listed_file
    if snapshot.roll.registered:
        content[REGISTERED] = snapshot.roll.registered_file
    content[DECISIONS] = to_json(_decisions(snapshot))
    content[PROBES] = to_json(snapshot.atlas.probes)
    content[gate.DATABASE] = snapshot.atlas.database
    content[facts.DATABASE] = snapshot.book.database
    content |= _envoy(snapshot, settings, trust_store)
    ordered = dict(sorted(content.items()))
    manifest = _manifest(snapshot, settings, ordered)
    # The manifest vouches for every file, and its own digest for itself.
    sealed = manifest | {"digest": hashlib.sha256(to_json(manifest)).hexdigest()}
    return ordered | {MANIFEST: to_json(sealed)}


def to_json(value: object) -> bytes:
    """JSON that is the same bytes for the same value."""
    return (json.dumps(value, sort_keys=True, indent=1, ensure_ascii=False) + "\n").encode()


def to_line(value: object) -> bytes:
    """The same on one line, which takes a tenth of the time: for what no person need read."""
    return (json.dumps(value, sort_keys=True, ensure_ascii=False) + "\n").encode()


def row_at(rows: list[dict[str, Any]], at: datetime) -> dict[str, Any]:
    """The row of a place key, as the decision file has it, that holds at an instant."""
    now = instant_text(at)
    return next(row for row in rows if row["until"] is None or now < row["until"])


def _envoy(snapshot: Snapshot, settings: Settings, trust_store: str) -> dict[str, bytes]:
    """The start configuration, the gate, and the table of key digests that the gate reads."""
    _require_providers(snapshot, settings)
    config = gate.gate(snapshot.table, snapshot.organizations, settings)
    content = {
        BOOTSTRAP: to_json(bootstrap(settings, trust_store)),
        GATE: to_line(gate.resource(config, snapshot.generation)),
    }
    if settings.api_keys:
        special = {key: row.standing.name for row in snapshot.organizations for key in row.keys}
        own = {key: standing.name for key, standing in snapshot.keys.items()}
        content[gate.KEYS] = snapshot.roll.keys.pack(special | own)
    return content


def _require_providers(snapshot: Snapshot, settings: Settings) -> None:
    """A verdict that no route can carry out would be no verdict."""
    known = {provider.name for provider in settings.hand_over}
    unknown = sorted({one.name for one in snapshot.policy.providers} - known)
    if unknown:
        message = (
            f"the policy hands over to {unknown[0]}, and the gateway is not told where that is"
        )
        remedy = f"start it with --hand-over {unknown[0]}=URL and --hand-over-key {unknown[0]}=FILE"
        raise CannotRun(f"{message}: {remedy}")


def _decisions(snapshot: Snapshot) -> dict[str, Any]:
    table = snapshot.table
    return {
        "generation": table.generation,
        "at": _instant(table.at),
        "ordinary": table.ordinary,
        "unknown": table.unknown,
        "standings": {
            standing: {key: [_row(row) for row in rows] for key, rows in places.items()}
            for standing, places in table.standings.items()
        },
        "open_paths": {
            path: {key: [_row(row) for row in rows] for key, rows in places.items()}
            for path, places in table.open_paths.items()
        },
    }


def _row(row: Row) -> dict[str, Any]:
    return {
        "since": _instant(row.since),
        "until": _instant(row.until),
        "verdict": row.decision.verdict,
        "would": row.decision.would,
        "rule": row.decision.rule,
        "class": row.decision.place_class,
        "next": None
        if row.next is None
        else {"verdict": row.next.verdict, "at": _instant(row.next.at)},
    }


def _instant(at: datetime | None) -> str | None:
    return None if at is None else instant_text(at)


def _manifest(
    snapshot: Snapshot, settings: Settings, content: Mapping[str, bytes]
) -> dict[str, Any]:
    policy = snapshot.policy
    special, known = snapshot.organizations, snapshot.roll.by_id
    return {
        "format": FORMAT,
        "number": snapshot.number,
        "generation": snapshot.generation,
        "parent": snapshot.parent,
        "settings": to_record(settings),
        "inputs": snapshot.inputs.digest(),
        "atlas": snapshot.atlas.digest,
        "book": snapshot.book.digest,
        "at": _instant(snapshot.at),
        "policy": {
            "name": policy.name,
            "version": policy.version,
            "list": {"name": policy.supported.name, "version": policy.supported.version},
            "report_only": policy.report_only,
        },
        "phase": policy.measure.phase(snapshot.at),
        "next_change": _instant(snapshot.next_change()),
        "sources": [source.entry() for source in snapshot.sources],
        "facts": [source.entry() for source in snapshot.inputs.fact_sources],
        "counts": {
            "steps": snapshot.atlas.steps,
            "places": snapshot.atlas.distinct,
            "place_keys": len(snapshot.atlas.places),
            "organizations": len(known) + sum(row.id not in known for row in special),
            "organizations_not_ordinary": len(special),
            "exempt": sum(row.standing.state is State.EXEMPT for row in special),
            "suspended": sum(row.standing.state is State.SUSPENDED for row in special),
        },
        "files": {
            name: {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
            for name, data in content.items()
        },
    }
