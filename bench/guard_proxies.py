"""Proxies in front of an nginx that answers a constant, alone and asking the check service.

Their configurations are those of docs/check.md, as the tests run them.
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import library_rounds
from bench.contestant import Layout, Running
from bench.nginxes import require_nginx
from bench.process import family, pinned, stop, wait_until_serving
from tests.guard import proxies

_ALONE: dict[str, Any] = {
    "connection_manager": {"use_remote_address": True},
    "http_filters": [],
    "routes": [],
    "grpc": False,
}
_NOBODY = 9
"""A port to write down where nobody is asked: discard, of RFC 863."""


@dataclass(frozen=True)
class Served:
    """An application of `bench.guard_app` in a process of its own."""

    name: str
    home: Path
    port: int

    def start(self, layout: Layout) -> Running:
        """Start it and wait until it serves."""
        log = self.home / f"{self.name}-{self.port}.log"
        command = [sys.executable, "-m", "bench.guard_app", self.name, str(self.home)]
        return started([*command, str(self.port)], self.port, log, layout)


@dataclass(frozen=True)
class Asking:
    """nginx or Envoy, and where it asks the check service, which runs beside it on its core."""

    proxy: str
    asks: bool
    home: Path
    port: int
    upstream: int

    def start(self, layout: Layout) -> Running:
        """Start the service and the proxy, and wait until both serve."""
        folder = self.home / f"{self.proxy}-{'asking' if self.asks else 'alone'}"
        folder.mkdir(exist_ok=True)
        check = Served("check", self.home, self.port + 1).start(layout) if self.asks else None
        command = self._command(folder, _NOBODY if check is None else check.port)
        proxy = started(command, self.port, folder / "words.log", layout)
        if check is None:
            return proxy

        def end() -> None:
            proxy.stop()
            check.stop()

        return Running(self.port, lambda: [*proxy.pids(), *check.pids()], end)

    def _command(self, folder: Path, check: int) -> list[str]:
        api = f"http://127.0.0.1:{self.upstream}"
        if self.proxy == "nginx":
            require_nginx()
            return proxies.nginx_command(folder, self.port, check, api, asks=self.asks)
        said = proxies.said(grpc=False) if self.asks else _ALONE
        return proxies.envoy_command(folder, self.port, check, api, said)


def started(command: list[str], port: int, log: Path, layout: Layout) -> Running:
    """A process on the proxies' core, once it serves."""
    with log.open("wb") as words, pinned(layout.proxy):
        process = subprocess.Popen(command, cwd=library_rounds.ROOT, stdout=words, stderr=words)
    wait_until_serving(port, "/", process, log)
    return Running(port, lambda: family(process.pid), lambda: stop(process))
