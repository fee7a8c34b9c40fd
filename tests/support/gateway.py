"""A gateway of a test's own: the real Envoy, started and stopped as `regiongate up` does it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cache
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import httpx

from regiongate.compiler.bundle import POLICY_FILE
from regiongate.compiler.envoy.settings import Settings, endpoint
from regiongate.compiler.envoy.settings import upstream as upstream_of
from regiongate.compiler.snapshot import Inputs
from regiongate.control.gateway import run
from regiongate.control.gateway.publish import publish
from regiongate.domain.organization import Organization
from regiongate.domain.source import SourceNames
from regiongate.gateway.envoy import Envoy
from regiongate.gateway.state import State
from regiongate.gateway.swap import Swapped
from regiongate.geo import bundled
from regiongate.geo.facts.table import Layer
from regiongate.geo.ranges import from_networks
from regiongate.geo.source import Source, SourceTable
from regiongate.policyfile import load, organizations
from tests.support.ports import free_port

CHINA, CHINA_V6 = "1.2.4.8", "240e::8"
RUSSIA = "77.88.55.88"
AMERICA, AMERICA_V6 = "8.8.8.8", "2001:4860:4860::8888"
FRANCE = "80.67.169.12"
DISPUTED = "203.119.25.1"
NOWHERE = "239.255.0.1"

LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
"""Trusted as a proxy, so that a test plays any country by X-Forwarded-For."""

WORKERS = 2

_FEW: Mapping[str, tuple[str, str, str]] = {
    # What the three sources say of a network.
    "1.2.4.0/24": ("CN", "CN", "CN"),
    "240e::/20": ("CN", "CN", "CN"),
    "77.88.0.0/18": ("RU", "RU", "RU"),
    "8.8.8.0/24": ("US", "US", "US"),
    "2001:4860::/32": ("US", "US", "US"),
    "80.67.160.0/19": ("FR", "FR", "FR"),
    "203.119.25.0/24": ("CN", "US", ""),
}


@dataclass(frozen=True)
class Gateway:
    """A running gateway. Requests come from 127.0.0.1, which is trusted unless a test says not."""

    state: State
    settings: Settings
    envoy: Envoy
    folder: Path
    tables: Sequence[SourceTable]
    facts: Sequence[Layer] = ()

    @property
    def port(self) -> int:
        """The port of the first listener."""
        return self.settings.listen[0].port

    @property
    def url(self) -> str:
        """The first listener as a URL."""
        return f"http://{self.settings.listen[0]}"

    def client(self, address: str | None = None, **options: Any) -> httpx.Client:
        """A client that plays an address on kept connections."""
        return httpx.Client(base_url=self.url, headers=played(address), timeout=30, **options)

    def get(self, path: str = "/v1/models", address: str | None = None, **headers: str) -> Response:
        """One request on a connection of its own; header names with `_` for `-`."""
        extra = {name.replace("_", "-"): value for name, value in headers.items()}
        return httpx.get(f"{self.url}{path}", headers={**played(address), **extra}, timeout=30)

    def self_check(self, address: str | None = None, **headers: str) -> dict[str, Any]:
        """What the gateway says that it sees."""
        answer: dict[str, Any] = self.get("/.well-known/region-access", address, **headers).json()
        return answer

    def publish(self, policy: str, organizations: str | None = None) -> Swapped:
        """Publish another policy to it."""
        what = inputs(self.folder, policy, organizations, self.tables, self.facts)
        return publish(self.state, self.settings, what, datetime.now(UTC), self.envoy)

    def lines(self) -> list[dict[str, Any]]:
        """The whole log; a line that is not JSON is an error."""
        return [json.loads(line) for line in self.state.access_log.read_bytes().splitlines()]

    def line(self, request_id: str, patience: float = 3) -> dict[str, Any]:
        """The log line of a request, as soon as Envoy has written it."""
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            text = self.state.access_log.read_bytes()
            found = [row for row in text.splitlines() if request_id.encode() in row]
            if found and text.endswith(b"\n"):
                line: dict[str, Any] = json.loads(found[-1])
                return line
            time.sleep(0.02)
        raise AssertionError(f"no line of {request_id} within {patience} s")

    def events(self) -> list[dict[str, Any]]:
        """What the control process noted."""
        return [json.loads(line) for line in self.state.events.read_text().splitlines()]


Response = httpx.Response


@contextmanager
def running_gateway(
    folder: Path,
    policy: str,
    *,
    upstream: str,
    organizations: str | None = None,
    tables: Sequence[SourceTable] | None = None,
    facts: Sequence[Layer] = (),
    **settings: Any,
) -> Iterator[Gateway]:
    """A gateway in a folder that runs until the block ends; `settings` override fields.

    It knows a handful of networks unless it is given `bundled_tables()`.
    """
    state = State(folder / "state")
    chosen = replace(
        Settings(
            listen=(endpoint(f"127.0.0.1:{free_port()}"),),
            upstream=upstream_of(upstream),
            trusted=LOOPBACK,
        ),
        **settings,
    )
    tables = few_tables() if tables is None else tables
    what = inputs(folder, policy, organizations, tables, facts)
    try:
        run.start(state, chosen, what, datetime.now(UTC), WORKERS)
        yield Gateway(state, chosen, Envoy(state, WORKERS), folder, tables, facts)
    finally:
        run.stop(state)


def inputs(
    folder: Path,
    policy: str,
    organizations_text: str | None,
    tables: Sequence[SourceTable],
    facts: Sequence[Layer] = (),
) -> Inputs:
    """The inputs of a snapshot from texts; the sources are given, because reading them is slow."""
    path = folder / POLICY_FILE
    path.write_text(policy)
    rows: tuple[Organization, ...] = ()
    if organizations_text is not None:
        table = folder / "organizations.csv"
        table.write_text(organizations_text)
        rows = organizations.load(table)
    names = SourceNames(bundled.names(), tuple(layer.source.name for layer in facts))
    read = {POLICY_FILE: path.read_bytes()}
    return Inputs(load(path, names), read, tables, rows, facts)


def played(address: str | None) -> dict[str, str]:
    """The header by which a trusted peer says whose request it passes on."""
    return {} if address is None else {"x-forwarded-for": address}


@cache
def bundled_tables() -> tuple[SourceTable, ...]:
    """The three sources of the package, read once."""
    return bundled.load_all()


@cache
def few_tables() -> tuple[SourceTable, ...]:
    """Three small sources of the same names, with which a bundle is compiled in no time."""
    return tuple(_few(name, column) for column, name in enumerate(bundled.names()))


def _few(name: str, column: int) -> SourceTable:
    said = {of: votes[column] for of, votes in _FEW.items() if votes[column]}
    regions = tuple(sorted(set(said.values())))
    source = Source(
        name=name,
        version="few",
        date=date(2026, 6, 1),
        licence="CC0-1.0",
        origin="tests/support/gateway.py",
        digest=f"{column:064}",
        format="csv-networks",
        path=Path("few.csv"),
    )
    rows = [(ip_network(of), regions.index(region)) for of, region in said.items()]
    return SourceTable(source, from_networks(rows), regions, {})
