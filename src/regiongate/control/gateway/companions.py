"""Companions: what `up` runs beside the gateway, and keeps running."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

from regiongate.compiler.envoy.settings import Endpoint
from regiongate.domain.errors import CannotRun
from regiongate.gateway.daemon import Daemon
from regiongate.gateway.envoy import answers, require_free
from regiongate.gateway.state import State


@dataclass(frozen=True, slots=True)
class Companion:
    """A process beside the gateway: what it is called, where it serves, and what says otherwise."""

    name: str
    daemon: Daemon
    where: Endpoint
    option: str

    def start(self, patience: float = 30.0) -> None:
        """Start it unless it runs already. Raises CannotRun when it does not answer."""
        if self.daemon.pid() is not None:
            return
        try:
            require_free(self.where)
        except CannotRun as error:
            raise CannotRun(f"{self.name} {error}, or name its {self.option}") from error
        self.daemon.start()
        deadline = time.monotonic() + patience
        while not answers(self.where):
            if self.daemon.pid() is None or time.monotonic() > deadline:
                raise CannotRun(f"{self.name} did not start: {self.daemon.last_words()}")
            time.sleep(0.02)

    def revive(self) -> str | None:
        """Start it again where it died, and say so."""
        if self.daemon.pid() is not None:
            return None
        self.daemon.start()
        return f"{self.name} died; starting it again"


def sample(state: State, where: Endpoint) -> Companion:
    """The sample API, to be protected where there is no other."""
    command = [sys.executable, "-m", "regiongate.sample", "--listen", str(where)]
    return Companion("the sample API", _daemon(state, "sample", command), where, "--sample-listen")


def console(state: State, where: Endpoint, options: Sequence[str] = ()) -> Companion:
    """The server of the API, the public pages and the console; `options` of `regiongate serve`."""
    command = [sys.executable, "-m", "regiongate.cli", "serve", "--listen", str(where)]
    command += ["--state", str(state.root), *options]
    return Companion("the console", _daemon(state, "console", command), where, "--console")


def stop_all(state: State) -> None:
    """Stop every companion that may run in a state directory."""
    nowhere = Endpoint("127.0.0.1", 0)
    for one in (console(state, nowhere), sample(state, nowhere)):
        one.daemon.stop()


def _daemon(state: State, name: str, command: Sequence[str]) -> Daemon:
    return Daemon(
        command=command,
        folder=state.root,
        log=state.root / "log" / f"{name}.log",
        note=state.root / f"{name}.json",
    )
