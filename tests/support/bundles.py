"""Bundles from tiny sources written in a test, so that compiling one takes milliseconds."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from hashlib import sha256
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from regiongate.compiler import bundle
from regiongate.compiler.envoy.settings import Settings, endpoint, upstream
from regiongate.compiler.snapshot import Inputs, Parent, snapshot
from regiongate.geo.ranges import from_networks
from regiongate.geo.source import Source, SourceTable
from regiongate.policyfile import load, organizations

MADE_ON = date(2024, 5, 1)
TRUST_STORE = "/etc/ssl/certs/ca-certificates.crt"
SETTINGS = Settings((endpoint("127.0.0.1:8080"),), upstream("http://127.0.0.1:9000"))


def table(name: str, votes: Mapping[str, str]) -> SourceTable:
    """A source that says the region of each network; an empty region is no vote."""
    said = {network: region for network, region in votes.items() if region}
    regions = tuple(sorted(set(said.values())))
    steps = from_networks([(ip_network(n), regions.index(region)) for n, region in said.items()])
    digest = sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
    source = Source(name, "1", MADE_ON, "CC0-1.0", "a test", digest, "csv-networks", Path(name))
    return SourceTable(source, steps, regions, {})


def tables(text: str) -> dict[str, SourceTable]:
    """Sources by name from CSV: the header `network` and the names, then a row for each network."""
    header, *rows = csv.reader(io.StringIO(text))
    votes = {name: {row[0]: row[n] for row in rows} for n, name in enumerate(header[1:], start=1)}
    return {name: table(name, of) for name, of in votes.items()}


@cache
def folder_inputs(folder: Path) -> Inputs:
    """The inputs in a folder: policy.yaml, places.csv and perhaps organizations.csv and a list."""
    policy = load(folder / "policy.yaml")
    sources = tables((folder / "places.csv").read_text("utf-8"))
    beside = {"policy.yaml", policy.supported.name, *(feed.file for feed in policy.geofeeds)}
    named = {path.name for path in folder.iterdir()} & beside
    rows = folder / "organizations.csv"
    return Inputs(
        policy=policy,
        policy_files={name: (folder / name).read_bytes() for name in sorted(named)},
        tables=[sources[name] for name in policy.location.sources],
        organizations=organizations.load(rows) if rows.exists() else (),
    )


def files(
    what: Inputs, at: datetime, settings: Settings = SETTINGS, parent: Parent | None = None
) -> dict[str, bytes]:
    """The files of a bundle."""
    return bundle.files(snapshot(what, at, parent), settings, TRUST_STORE)


def write(content: Mapping[str, bytes], folder: Path) -> Path:
    """Write the files of a bundle into a folder."""
    for name, data in content.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def seal(folder: Path) -> None:
    """Make a manifest vouch for whatever now lies in a bundle, as a forger would."""
    path = folder / bundle.MANIFEST
    manifest: dict[str, Any] = json.loads(path.read_text("utf-8"))
    for name in manifest["files"]:
        data = (folder / name).read_bytes() if (folder / name).exists() else b""
        manifest["files"][name] = {"sha256": sha256(data).hexdigest(), "bytes": len(data)}
    manifest.pop("digest")
    digest = sha256(bundle.to_json(manifest)).hexdigest()
    path.write_bytes(bundle.to_json(manifest | {"digest": digest}))
