"""A process that outlives the one that started it, and is found again by the next."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from regiongate.gateway.state import replace

_STAT_STARTED = 19
"""Index of `starttime` in /proc/PID/stat after the command name; field 22 of proc(5)."""

_LAST_BYTES = 8192


@dataclass(frozen=True, slots=True)
class Daemon:
    """One kind of process: its command, its folder, its log, and where its number is noted."""

    command: Sequence[str]
    folder: Path
    log: Path
    note: Path

    def start(self) -> None:
        """Start it in a session of its own, so that neither Ctrl-C nor our death reaches it."""
        with self.log.open("ab") as log:
            process = subprocess.Popen(  # noqa: S603 - our own command, no shell
                self.command,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        started = {"pid": process.pid, "started": _started(process.pid)}
        replace(self.note, json.dumps(started).encode())

    def pid(self) -> int | None:
        """The number of the running process, or None. A number used again by another is not it."""
        try:
            noted = json.loads(self.note.read_text())
        except (FileNotFoundError, ValueError):
            return None
        _reap(noted["pid"])
        started = _started(noted["pid"])
        return None if started is None or started != noted["started"] else int(noted["pid"])

    def stop(self, patience: float = 5.0) -> None:
        """Ask it to end, and end it when it does not within `patience` seconds."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            deadline = time.monotonic() + patience
            pid = self.pid()
            if pid is None:
                break
            with suppress(ProcessLookupError):  # It may have ended since it was seen.
                os.kill(pid, number)
            while self.pid() is not None and time.monotonic() < deadline:
                time.sleep(0.02)
        self.note.unlink(missing_ok=True)

    def last_words(self, lines: int = 3) -> str:
        """The end of its log, for an error message; a log may be too long to read whole."""
        try:
            with self.log.open("rb") as log:
                log.seek(max(0, log.seek(0, os.SEEK_END) - _LAST_BYTES))
                text = log.read(_LAST_BYTES).decode("utf-8", "replace")
        except FileNotFoundError:
            return ""
        return " ".join(text.strip().splitlines()[-lines:])


def _started(pid: int) -> int | None:
    """When a process started, in clock ticks since boot; None when it is gone or a zombie."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    state, *fields = stat.rpartition(")")[2].split()
    return None if state == "Z" else int(fields[_STAT_STARTED - 1])


def _reap(pid: int) -> None:
    """A child that ended stays a zombie until asked; one we did not start cannot be asked."""
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return
