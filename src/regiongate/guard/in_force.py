"""The bundle in force: opened once, and anew whenever another one has taken its place.

What is watched is the state directory of a gateway, whose generation in force it is, or the folder
of a bundle, which another one takes the place of by a rename. A thread looks once a second;
requests go on with the old bundle until the new one is open, so none of them waits. A damaged one
is told and counted, and the old one stays.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Lock, Thread

from regiongate.compiler.bundle import MANIFEST
from regiongate.compiler.envoy.files import SELECT
from regiongate.domain.errors import CannotRun
from regiongate.gateway.state import State
from regiongate.guard.opened import AS_BUNDLED, Believed, Opened

EVERY = 1.0
"""Seconds between two looks."""

_LONGEST_WAIT = 60.0
_LOG = logging.getLogger("regiongate.guard")

Mark = tuple[str | int, ...]
"""What differs when another bundle is there."""


@dataclass(slots=True)
class Counts:
    """What has become of the bundles since this process began."""

    opened: int = 0
    refused: int = 0


class InForce:
    """The bundle that decides in this process, however it is forked."""

    def __init__(
        self,
        path: Path,
        believed: Believed = AS_BUNDLED,
        clock: Callable[[], float] = time.time,
        every: float = EVERY,
    ) -> None:
        """Open it; CannotRun or ProblemsFound when there is none, or a damaged one."""
        self._path = path.absolute()
        self._believed = believed
        self._clock = clock
        self._every = every
        self._lock = Lock()
        self._closed = Event()
        self._process = 0
        self._begin = Lock()
        self.counts = Counts()
        self._mark, folder = self._look()
        self._opened = self._open(folder)

    @property
    def opened(self) -> Opened:
        """The bundle as it is now. The first request of a process begins to watch for the next."""
        if self._process != os.getpid():
            self._watch()
        return self._opened

    def close(self) -> None:
        """Watch no longer."""
        self._closed.set()

    def refresh(self) -> bool:
        """Look whether another bundle is there, and open it; True when it is in force now.

        Raises CannotRun or ProblemsFound when it cannot be opened; the old one stays.
        """
        with self._lock:
            mark, folder = self._look()
            if mark == self._mark:
                return False
            self._opened, self._mark = self._open(folder), mark
        _LOG.info("generation %s is in force", self._opened.generation)
        return True

    def _open(self, folder: Path) -> Opened:
        opened = Opened(folder, self._believed, self._clock)
        self.counts.opened += 1
        return opened

    def _look(self) -> tuple[Mark, Path]:
        """What is there, and in which folder."""
        manifest = self._path / MANIFEST
        if (self._path / SELECT).exists():
            state = State(self._path)
            generation = state.current()
            if generation is not None:
                return (generation,), state.bundle(generation)
        try:
            found = manifest.stat()
        except OSError as error:
            message = f"{self._path} is neither a bundle nor the state directory of a gateway"
            raise CannotRun(f"{message}: name one of them") from error
        return (found.st_dev, found.st_ino, found.st_mtime_ns, found.st_size), self._path

    def _watch(self) -> None:
        """Begin in this process: threads do not survive a fork."""
        with self._begin:
            if self._process == os.getpid():
                return
            self._process = os.getpid()
            Thread(target=self._go_on, name="regiongate-bundle", daemon=True).start()

    def _go_on(self) -> None:
        wait, told = self._every, ""
        while not self._closed.wait(wait):
            try:
                self.refresh()
            except Exception as error:  # Whatever is wrong with a new bundle, the old one decides.
                self.counts.refused += 1
                wait = min(2 * wait, _LONGEST_WAIT)
                if str(error) != told:
                    told = str(error)
                    _LOG.error("generation %s stays in force: %s", self._opened.generation, told)
            else:
                wait, told = self._every, ""
