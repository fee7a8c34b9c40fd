"""The folder of the store: which sources there are, and which version of each counts.

A source is a folder of its name with `source.json` (how it is fetched), `current.json` (which
version counts, which came before) and `versions/`, of which none is ever changed, but to mend a
file that somebody else has changed. Everything new is made whole in `.staging/` and renamed;
`current.json` is renamed last. So whoever reads, and whoever comes after a killed process, finds
the old or the new, never half of one.
"""

from __future__ import annotations

import fcntl
import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path

from regiongate.domain.errors import CannotRun
from regiongate.domain.source import NAME_PATTERN
from regiongate.geo.store import about as abouts
from regiongate.geo.store import recipe as recipes
from regiongate.geo.store.about import ABOUT, About
from regiongate.geo.store.files import move, put, sync_folder, writing
from regiongate.geo.store.recipe import Recipe

DATA = "data"
_RECIPE, _POINTER = "source.json", "current.json"
_NAME = re.compile(NAME_PATTERN)


@dataclass(frozen=True, slots=True)
class Pointer:
    """Which version counts and which one did before, as folders; `refused` was rolled back.

    `confirmed` is the later day, as `2026-09-20`, on which the current version was found to be
    the newest still; None where its own date says it.
    """

    current: str
    previous: str | None = None
    refused: str | None = None
    confirmed: str | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """One source as the store holds it at one moment; its files stay until two more versions."""

    recipe: Recipe
    pointer: Pointer
    about: About
    path: Path


@dataclass(frozen=True, slots=True)
class Store:
    """The sources in one folder, which need not be there while it holds none."""

    root: Path

    def names(self) -> tuple[str, ...]:
        """The names of the sources, sorted."""
        if not self._is_there():
            return ()
        found = (path.parent.name for path in self.root.glob(f"*/{_POINTER}"))
        return tuple(sorted(name for name in found if _NAME.fullmatch(name)))

    def get(self, name: str) -> Stored:
        """A source and its current version; KeyError when there is none, CannotRun when damaged."""
        # What is no name may be a path, which leads out of the folder.
        if _NAME.fullmatch(name) is None or not self._is_there():
            raise KeyError(name)
        for _ in range(3):  # An update may take a version away between two of our looks.
            try:
                return self._get(name)
            except FileNotFoundError:
                continue
        if name not in self.names():
            raise KeyError(name)
        raise CannotRun(f"{self.root / name} is damaged: remove the source and add it again")

    def version_before(self, name: str) -> About:
        """The version that counted before. Raises CannotRun when there is none."""
        now = self.get(name)
        if now.pointer.previous is None:
            raise CannotRun(f"the source {name} has no version before {now.about.version}")
        return self._about(name, now.pointer.previous)

    @contextmanager
    def change(self, name: str) -> Iterator[Path]:
        """Change one source: gives an empty folder for what is being made, gone afterwards.

        One process at a time; a second one raises CannotRun. The system gives the lock back when
        the process dies, and what a killed one left is removed by the next.
        """
        require_name(name)
        staging, locks = self.root / ".staging" / name, self.root / ".locks"
        with writing(self.root):
            locks.mkdir(parents=True, exist_ok=True)
            handle = (locks / name).open("w")
        with handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                message = f"the source {name} is being changed by another process"
                raise CannotRun(f"{message}: try again when it has ended") from None
            try:
                with writing(self.root):
                    shutil.rmtree(staging, ignore_errors=True)
                    staging.mkdir(parents=True)
                    yield staging
            finally:
                shutil.rmtree(staging, ignore_errors=True)

    def add(self, staging: Path, recipe: Recipe, found: About) -> None:
        """Put a new source in place, the file of its first version being in the staging folder."""
        whole = staging / "whole"
        version = whole / "versions" / found.folder
        version.mkdir(parents=True)
        (staging / DATA).rename(version / DATA)
        put(version / ABOUT, found.to_json())
        put(whole / _RECIPE, recipe.to_json())
        self._point(whole, Pointer(found.folder))
        move(whole, self.root / recipe.name)

    def replace(self, staging: Path, found: About) -> None:
        """Let a new version count, its file being in the staging folder; the current one stays."""
        home, before = self.root / found.name, self.get(found.name).pointer
        version = home / "versions" / found.folder
        if found.folder != before.current:
            half = staging / found.folder
            half.mkdir()
            (staging / DATA).rename(half / DATA)
            put(half / ABOUT, found.to_json())
            # It may be there, and is then whole: rolled back, or left by a process that was killed.
            if not version.is_dir():
                move(half, version)
            self._point(home, Pointer(found.folder, before.current))
        self._forget_old(found.name)

    def confirm(self, name: str, day: date) -> About:
        """Let the current version be of a later day, on which it was found to be the newest."""
        self._point(self.root / name, replace(self.get(name).pointer, confirmed=day.isoformat()))
        return self.get(name).about

    def mend(self, staging: Path, name: str) -> None:
        """Put the content back that the current version had, the file being in the staging folder.

        Somebody else has changed it; this is the one time that a file of a version is replaced.
        """
        path = self.get(name).path
        (staging / DATA).replace(path)
        sync_folder(path.parent)

    def roll_back(self, name: str) -> Stored:
        """Let the version before count again; the one that counted is refused by updates."""
        left, before = self.get(name), self.version_before(name)
        pointer = Pointer(before.folder, left.pointer.current, left.about.digest)
        self._point(self.root / name, pointer)
        return self.get(name)

    def remove(self, staging: Path, name: str) -> None:
        """Take a source away, all versions of it."""
        (self.root / name).rename(staging / name)

    def _get(self, name: str) -> Stored:
        home = self.root / name
        pointer = _pointer(home / _POINTER)
        recipe = recipes.from_json((home / _RECIPE).read_bytes(), home / _RECIPE)
        path = home / "versions" / pointer.current / DATA
        if not path.is_file():
            raise FileNotFoundError(path)
        about = self._about(name, pointer.current)
        if not name == recipe.name == about.name:
            message = f"{home} holds a source that is called {about.name}"
            raise CannotRun(f"{message}: remove the folder and add the source under its name")
        return Stored(recipe, pointer, _of_day(about, pointer), path)

    def _is_there(self) -> bool:
        """Whether there is a folder; CannotRun when something else stands in its place."""
        if self.root.is_dir():
            return True
        if self.root.exists():
            message = f"the store of sources {self.root} is not a folder"
            raise CannotRun(f"{message}: name one with --sources or REGIONGATE_SOURCES")
        return False

    def _about(self, name: str, version: str) -> About:
        path = self.root / name / "versions" / version / ABOUT
        return abouts.from_json(path.read_bytes(), path)

    def _point(self, home: Path, pointer: Pointer) -> None:
        put(home / _POINTER, (json.dumps(asdict(pointer)) + "\n").encode())

    def _forget_old(self, name: str) -> None:
        """Remove the versions that are neither current nor previous."""
        pointer = self.get(name).pointer
        for folder in (self.root / name / "versions").iterdir():
            if folder.name not in (pointer.current, pointer.previous):
                shutil.rmtree(folder, ignore_errors=True)


def require_name(name: str) -> None:
    """Refuse what cannot be the name of a source; CannotRun."""
    if _NAME.fullmatch(name) is None:
        message = f"{name!r} cannot be the name of a source"
        raise CannotRun(f"{message}: use small letters, digits, `.`, `_`, `-`")


def _pointer(path: Path) -> Pointer:
    try:
        said = Pointer(**json.loads(path.read_bytes()))
        if not isinstance(said.current, str):
            raise TypeError("the current version is no text")
        if said.confirmed is not None:
            date.fromisoformat(said.confirmed)
        return said
    except (ValueError, TypeError) as error:
        raise CannotRun(f"{path} cannot be read: remove the source and add it again") from error


def _of_day(about: About, pointer: Pointer) -> About:
    """A version as of the day on which it was last confirmed; that day is its name as well."""
    if pointer.confirmed is None:
        return about
    return replace(about, version=pointer.confirmed, date=date.fromisoformat(pointer.confirmed))
