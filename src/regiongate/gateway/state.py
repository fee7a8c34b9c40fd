"""The state directory of one gateway: what is installed, what is in force, who holds the lock."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from regiongate.compiler.bundle import GENERATION, MANIFEST, to_json
from regiongate.compiler.envoy.files import ACCESS_LOG, ADMIN, BOOTSTRAP, PROBE, SELECT
from regiongate.compiler.envoy.slots import selection, slot_of
from regiongate.domain.errors import CannotRun


@dataclass(frozen=True, slots=True)
class State:
    """Paths below one state directory."""

    root: Path

    @property
    def bundles(self) -> Path:
        """Installed bundles, one folder a generation, never changed once installed."""
        return self.root / "bundles"

    @property
    def select(self) -> Path:
        """The file that Envoy watches to know which slot is in force."""
        return self.root / SELECT

    @property
    def bootstrap(self) -> Path:
        """The configuration with which Envoy starts."""
        return self.root / BOOTSTRAP

    @property
    def admin(self) -> Path:
        """Envoy's admin socket."""
        return self.root / ADMIN

    @property
    def probe(self) -> Path:
        """The socket on which Envoy answers what an address would get."""
        return self.root / PROBE

    @property
    def access_log(self) -> Path:
        """The gateway's log."""
        return self.root / ACCESS_LOG

    @property
    def events(self) -> Path:
        """What the control process did, one JSON object a line."""
        return self.root / "log" / "events.log"

    @property
    def settings(self) -> Path:
        """The settings with which the gateway was started."""
        return self.root / "settings.json"

    def prepare(self) -> None:
        """Make the folders, for this user only; one that was there before keeps its mode."""
        try:
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
            slots = self.root / "slots"
            for folder in (self.bundles, slots, self.select.parent, self.access_log.parent):
                folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise CannotRun(f"cannot keep a gateway in {self.root}: {error.strerror}") from error

    def bundle(self, generation: str) -> Path:
        """Where a generation is installed."""
        return self.bundles / generation

    def generations(self) -> list[str]:
        """The installed generations, newest first."""
        if not self.bundles.is_dir():
            return []
        found = [one for one in self.bundles.iterdir() if GENERATION.fullmatch(one.name)]
        return [one.name for one in sorted(found, key=_number, reverse=True)]

    def current(self) -> str | None:
        """The generation in force, or None before the first.

        The file that Envoy watches says it, so what we believe cannot differ from what it does.
        """
        content = self._selection()
        return None if content is None else str(content["version_info"])

    def slot(self) -> str | None:
        """The slot in force, or None before the first."""
        content = self._selection()
        return None if content is None else slot_of(content)

    def choose(self, slot: str, generation: str) -> None:
        """Put a slot in force: one rename, which Envoy sees."""
        replace(self.select, to_json(selection(slot, generation)))

    def _selection(self) -> dict[str, Any] | None:
        try:
            content: dict[str, Any] = json.loads(self.select.read_text("utf-8"))
        except FileNotFoundError:
            return None
        return content

    def install(self, files: dict[str, bytes], like: str | None = None) -> str:
        """Install a bundle given as its files; returns its generation. All of it or nothing.

        A file that is the same in the generation `like` is not written a second time.
        """
        generation = _generation_of(files[MANIFEST])
        home = self.bundle(generation)
        if home.exists():
            return generation
        self._forget_halves()
        half = self.bundles / f".{generation}.{os.getpid()}"
        try:
            for name, data in files.items():
                path = half / name
                path.parent.mkdir(parents=True, exist_ok=True)
                if like is None or not _linked(self.bundle(like) / name, data, path):
                    path.write_bytes(data)
                    path.chmod(0o400)
            half.rename(home)
        except OSError as error:
            raise CannotRun(f"cannot install the bundle in {home}: {error.strerror}") from error
        finally:
            shutil.rmtree(half, ignore_errors=True)
        return generation

    def _forget_halves(self) -> None:
        """Remove what killed processes left half written; a name ends in the process's number."""
        for folder in (self.bundles, self.select.parent):
            for half in folder.glob(".*"):
                number = half.suffix[1:]
                if number.isdecimal() and not Path("/proc", number).exists():
                    shutil.rmtree(half) if half.is_dir() else half.unlink()

    def forget_old(self, keep: int) -> None:
        """Remove all but the newest `keep` bundles and the one in force."""
        found = sorted(self.bundles.glob("[0-9]*-*"), key=_number)
        for old in found[:-keep] if keep else found:
            if old.name != self.current():
                shutil.rmtree(old, ignore_errors=True)

    def manifest(self, generation: str) -> dict[str, Any]:
        """The manifest of an installed generation."""
        content: dict[str, Any] = json.loads((self.bundle(generation) / MANIFEST).read_text())
        return content

    def want_stop(self, wanted: bool) -> None:
        """Ask the process that watches over this gateway to end, or take that back."""
        marker = self.root / "stop"
        if wanted:
            marker.touch()
        else:
            marker.unlink(missing_ok=True)

    def stop_wanted(self) -> bool:
        """Whether somebody has asked for the end."""
        return (self.root / "stop").exists()

    def is_locked(self, name: str) -> bool:
        """Whether a process holds a lock."""
        try:
            with self.lock(name, ""):
                return False
        except CannotRun:
            return True

    @contextmanager
    def lock(self, name: str, message: str) -> Iterator[None]:
        """Hold a lock that the system gives back when the process dies; CannotRun when taken."""
        path = self.root / f"{name}.lock"
        try:
            handle = path.open("w")
        except OSError as error:
            raise CannotRun(f"cannot open {path}: {error.strerror}") from error
        with handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise CannotRun(message) from None
            yield


def replace(path: Path, content: bytes) -> None:
    """Write a file elsewhere and rename it into place: a reader sees the old one or the new one.

    What is there already is not written again: a full disk must not keep a gateway from starting.
    """
    half = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        if path.exists() and path.read_bytes() == content:
            return
        with half.open("wb") as handle:
            handle.write(content)
            handle.flush()
            os.fsync(handle.fileno())
        half.replace(path)
    except OSError as error:
        half.unlink(missing_ok=True)
        raise CannotRun(f"cannot write {path}: {error.strerror}") from error


def _linked(there: Path, data: bytes, path: Path) -> bool:
    """Give a file with this content a second name; False when it has another, or is not there."""
    try:
        if there.stat().st_size != len(data) or there.read_bytes() != data:
            return False
        path.hardlink_to(there)
    except FileNotFoundError:
        return False
    return True


def _generation_of(manifest: bytes) -> str:
    """The generation that a manifest names. It becomes the name of a folder, so it must be one."""
    try:
        found = str(json.loads(manifest)["generation"])
    except (ValueError, KeyError, TypeError) as error:
        raise CannotRun(f"the bundle has no readable {MANIFEST}: build it again") from error
    if GENERATION.fullmatch(found) is None:
        raise CannotRun(f"{found!r} is not a generation: build the bundle again")
    return found


def _number(bundle: Path) -> int:
    return int(bundle.name.partition("-")[0])
