"""The stage of the demonstration: where commands are run and calls are made, and how it is told."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import IO, Any

import httpx
from rich.console import Console

from regiongate.demo.world import Customer
from regiongate.domain.errors import CannotRun

_PROGRAM = "from regiongate.cli.main import main; main()"
_PATIENCE = 60.0
_SHOWN = 18
"""So many lines of an answer are shown."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the gateway answered, and its headers."""

    status: int
    headers: dict[str, str]
    body: dict[str, Any]


class Stage:
    """Runs commands in a folder, against a gateway at `listen`, with the sample API `behind` it.

    Both are `host:port`.
    """

    def __init__(self, folder: Path, listen: str, behind: str, console: Console) -> None:
        self.folder = folder
        self.listen = listen
        self.behind = behind
        self._console = console
        self._gateway: subprocess.Popen[bytes] | None = None
        self._log: IO[bytes] | None = None

    def say(self, text: str) -> None:
        """Tell what comes next."""
        self._console.print(f"\n[bold]{text}[/]")

    def show(self, text: str) -> None:
        """Show something that was found."""
        for line in text.splitlines():
            self._console.print(f"  {line}", markup=False, highlight=False, soft_wrap=True)

    def export(self, name: str, value: str) -> None:
        """Set a variable of the environment for all commands that follow."""
        self._console.print(f"  [cyan]$ export {name}={shlex.quote(value)}[/]", soft_wrap=True)
        os.environ[name] = value

    def run(self, *arguments: str, quiet: bool = False) -> str:
        """Run a command of regiongate and show its answer. Raises CannotRun when it fails."""
        self._console.print(f"  [cyan]$ regiongate {shlex.join(arguments)}[/]", soft_wrap=True)
        command = [sys.executable, "-c", _PROGRAM, *arguments]
        done = subprocess.run(  # noqa: S603 - our own commands
            command, cwd=self.folder, capture_output=True, text=True, check=False
        )
        if done.returncode:
            said = (done.stderr or done.stdout).strip()
            raise CannotRun(f"`regiongate {shlex.join(arguments)}` failed: {said}")
        if not quiet:
            lines = done.stdout.rstrip().splitlines()
            cut = [*lines[:_SHOWN], "…"] if len(lines) > _SHOWN else lines
            self.show("\n".join(cut))
        return done.stdout

    def answer(self, *arguments: str) -> Any:
        """What a command answers as JSON, shown as the command only."""
        return json.loads(self.run(*arguments, "--json", quiet=True))

    def start_gateway(self, *arguments: str) -> None:
        """Start `regiongate up` beside us, and wait until it serves."""
        self._console.print(f"  [cyan]$ regiongate {shlex.join(arguments)} &[/]", soft_wrap=True)
        self._log = (self.folder / "up.log").open("wb")
        self._gateway = subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, "-c", _PROGRAM, *arguments],
            cwd=self.folder,
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )
        self.wait(self._serves, "the gateway does not serve")

    def call(self, one: Customer) -> Answer:
        """Call the API as a customer does, from the first of its addresses."""
        said = httpx.get(
            f"http://{self.listen}/v1/models",
            headers={"authorization": f"Bearer {one.key}", "x-forwarded-for": one.addresses[0]},
            timeout=10,
        )
        return Answer(said.status_code, dict(said.headers), said.json())

    def wait(self, until: Callable[[], bool], why: str) -> float:
        """Wait until something is so; the seconds that it took. Raises CannotRun when it is not."""
        begun = time.monotonic()
        while not until():
            gateway = self._gateway
            if gateway is not None and gateway.poll() is not None:
                said = (self.folder / "up.log").read_text(errors="replace").strip()
                raise CannotRun(f"the gateway ended: {said}")
            if time.monotonic() - begun > _PATIENCE:
                raise CannotRun(f"{why} after {_PATIENCE:.0f} seconds: see {self.folder}/up.log")
            time.sleep(0.02)
        return time.monotonic() - begun

    def wait_for(self, at: datetime, what: str) -> None:
        """Wait for an instant, and count down where somebody watches."""
        with self._console.status("") as status:
            while (left := (at - datetime.now(UTC)).total_seconds()) > 0:
                status.update(f"{what} in {left:.0f} s")
                time.sleep(min(left, 0.2))

    def _serves(self) -> bool:
        try:
            httpx.get(f"http://{self.listen}/.well-known/region-access", timeout=1)
        except httpx.TransportError:
            return False
        return True

    def __enter__(self) -> Stage:
        self.folder.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop the gateway, whatever happened."""
        if self._gateway is not None:
            self._gateway.terminate()
            self._gateway.wait(30)
        if self._log is not None:
            self._log.close()
