"""`regiongate up` as users run it: a process of its own, and what it leaves behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from regiongate.control.gateway.publish import publish
from regiongate.control.gateway.run import settings_of
from regiongate.gateway.state import State
from regiongate.gateway.swap import Swapped
from tests.support.gateway import few_tables, inputs
from tests.support.ports import free_port

REGIONGATE = (sys.executable, "-c", "from regiongate.cli.main import main; main()")


@dataclass(frozen=True)
class Up:
    """A running `regiongate up`, and the port on which its gateway listens."""

    process: subprocess.Popen[bytes]
    state: Path
    port: int
    output: Path

    def envoy_pid(self) -> int:
        """The number of its Envoy."""
        noted = json.loads((self.state / "envoy" / "process.json").read_text())
        return int(noted["pid"])

    def publish(self, policy: str) -> Swapped:
        """Publish a policy over a handful of networks, which takes no time to compile."""
        (self.state.parent / "published").mkdir(exist_ok=True)
        state = State(self.state)
        what = inputs(self.state.parent / "published", policy, None, few_tables())
        return publish(state, settings_of(state), what, datetime.now(UTC))

    def printed(self) -> str:
        """What it has printed so far."""
        return self.output.read_text()

    def kill(self) -> None:
        """Kill it so that it cannot clean up."""
        self.process.kill()
        self.process.wait(timeout=60)

    def interrupt(self) -> int:
        """Press Ctrl-C and give its exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=20)


def regiongate(*arguments: str | Path, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    command = [*REGIONGATE, *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=60, check=False, **options
    )


@contextmanager
def running_up(
    folder: Path, *arguments: str | Path, port: int | None = None, patience: float = 40
) -> Iterator[Up]:
    """`regiongate up` with `--state` below a folder, once it serves; all of it ends with the block.

    Coming back to the same folder and port picks up what a killed one left.
    """
    state, port = folder / "state", port or free_port()
    output = folder / f"up-{time.monotonic_ns()}.out"
    where = ["--listen", f"127.0.0.1:{port}", "--state", str(state)]
    with output.open("wb") as printed:
        process = subprocess.Popen(
            [*REGIONGATE, "up", *map(str, arguments), *where],
            stdout=printed,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        deadline = time.monotonic() + patience
        while "Ctrl-C" not in output.read_text():
            if process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"up did not start: {output.read_text()}")
            time.sleep(0.05)
        yield Up(process, state, port, output)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=20)
        regiongate("down", "--state", state)


def processes_of(folder: Path) -> list[str]:
    """The commands of the running processes whose working directory lies in a folder."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                if (entry / "cwd").readlink().is_relative_to(folder):
                    found.append((entry / "cmdline").read_bytes().replace(b"\0", b" ").decode())
            except OSError:
                continue  # It ended, or is another user's.
    return found


def alive(pid: int) -> bool:
    """Whether a process runs, not counting one that only waits to be asked for its exit code."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def kill(pid: int) -> None:
    """Kill a process that a test started."""
    os.kill(pid, signal.SIGKILL)
