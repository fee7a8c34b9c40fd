"""Is the bundle complete, and does its manifest say the truth about it?"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from regiongate.compiler.reader import BundleReader
from regiongate.compiler.verify.finding import Finding
from regiongate.domain.organization import State

MANIFEST = "manifest.json"
REGISTERED = "registered.csv"
NEEDED = (
    "policy/policy.yaml",
    "organizations.csv",
    "decisions.json",
    "probes.json",
    "verdict.mmdb",
    "facts.mmdb",
    "envoy/bootstrap.json",
    "envoy/gate.json",
)
"""Without these a gateway cannot run or explain a bundle; a manifest may not leave them out."""


def check_files(bundle: BundleReader) -> Iterator[Finding]:
    """Every file is there, is the one that was written, and there is no other."""
    listed: dict[str, dict[str, Any]] = bundle.manifest["files"]
    for name in NEEDED:
        if name not in listed:
            yield Finding("files", MANIFEST, f"{name} is not listed")
    for name, facts in listed.items():
        yield from _check_file(bundle.folder / name, name, facts)
    found = {
        path.relative_to(bundle.folder).as_posix()
        for path in bundle.folder.rglob("*")
        if path.is_symlink() or not path.is_dir()
    }
    for name in sorted(found - listed.keys() - {MANIFEST}):
        yield Finding("files", name, "the manifest does not know this file")


def _check_file(path: Path, name: str, facts: dict[str, Any]) -> Iterator[Finding]:
    if path.is_symlink() or not path.is_file():
        yield Finding("files", name, "the file is missing")
        return
    data = path.read_bytes()
    if len(data) != facts["bytes"]:
        message = f"the file has {len(data)} bytes, the manifest says {facts['bytes']}"
        yield Finding("files", name, message)
    elif hashlib.sha256(data).hexdigest() != facts["sha256"]:
        yield Finding("files", name, "the content is not what was written: another SHA-256 digest")


def check_manifest(bundle: BundleReader) -> Iterator[Finding]:
    """The manifest is whole, and what it says follows from the files beside it."""
    said = bundle.manifest
    sealed = {key: value for key, value in said.items() if key != "digest"}
    if said["digest"] != hashlib.sha256(_canonical(sealed)).hexdigest():
        yield Finding("manifest", MANIFEST, "the content is not what was written: another digest")
    if (bundle.folder / MANIFEST).read_bytes() != _canonical(said):
        yield Finding("manifest", MANIFEST, "the file is not written as the compiler writes it")
    for name, expected in _facts(bundle).items():
        if said[name] != expected:
            message = f"{name} is {said[name]!r}, from the files follows {expected!r}"
            yield Finding("manifest", MANIFEST, message)


def _facts(bundle: BundleReader) -> dict[str, Any]:
    """What can be told again from the other files of the bundle."""
    said, policy = bundle.manifest, bundle.policy
    at = datetime.fromisoformat(said["at"])
    rows, special = bundle.roll.by_id, list(bundle.special.values())
    inputs = _inputs_digest(bundle)
    generation = _sha256(f"{inputs} {at.isoformat()} {said['parent'] or ''}".encode())
    held = [row.standing for row in special] + list(bundle.keys.values())
    ends = {end for standing in held for end in (standing.until, standing.handed_until)}
    instants = {*policy.change_instants(), *ends}
    coming = min((i for i in instants if i is not None and i > at), default=None)
    return {
        "inputs": inputs,
        "number": int((said["parent"] or "0-").partition("-")[0]) + 1,
        "generation": f"{said['number']}-{generation[:8]}",
        "phase": policy.measure.phase(at).value,
        "next_change": None if coming is None else f"{coming.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "policy": {
            "name": policy.name,
            "version": policy.version,
            "list": {"name": policy.supported.name, "version": policy.supported.version},
            "report_only": policy.report_only,
        },
        "counts": {
            **said["counts"],
            "organizations": len(rows.keys() | bundle.special.keys()),
            "organizations_not_ordinary": len(special),
            "exempt": [row.standing.state for row in special].count(State.EXEMPT),
            "suspended": [row.standing.state for row in special].count(State.SUSPENDED),
        },
    }


def _inputs_digest(bundle: BundleReader) -> str:
    """The digest of the inputs, from the inputs as the bundle keeps them."""
    folder = bundle.folder / "policy"
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    named = {
        "policy": {
            path.relative_to(folder).as_posix(): _sha256(path.read_bytes()) for path in files
        },
        "sources": bundle.manifest["sources"],
        "facts": bundle.manifest["facts"],
        "organizations": [
            [row.id, row.standing.name, [key.hex() for key in row.keys]]
            for row in bundle.roll.listed
        ],
    }
    if bundle.roll.registered:
        named["registered"] = _sha256((bundle.folder / REGISTERED).read_bytes())
    return _sha256(json.dumps(named, sort_keys=True).encode())


def _canonical(value: object) -> bytes:
    return (json.dumps(value, sort_keys=True, indent=1, ensure_ascii=False) + "\n").encode()


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
