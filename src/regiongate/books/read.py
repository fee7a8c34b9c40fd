"""Read books: files of profiles, which format each has, and everything that is wrong with them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from regiongate.books import csv_book, json_book
from regiongate.books.lines import Lines
from regiongate.books.told import Told
from regiongate.books.wrong import Problems, Wrong
from regiongate.domain.errors import CannotRun
from regiongate.domain.profile import Profile

AT_A_TIME = 10_000
"""So many profiles are given at a time."""


@dataclass(frozen=True, slots=True)
class Format:
    """How a book is written. `dossier`: it tells of facts, holdings and owners, too."""

    read: Callable[[Lines, Told], Iterator[Profile]]
    dossier: bool


FORMATS: Mapping[str, Format] = {
    ".csv": Format(csv_book.read, dossier=False),
    ".jsonl": Format(json_book.read, dossier=True),
    ".ndjson": Format(json_book.read, dossier=True),
}
"""The formats by the end of a file's name."""


@dataclass(frozen=True, slots=True)
class Read:
    """A book that was read to its end: its name, its bytes, the SHA-256 digest of its content."""

    file: str
    bytes: int
    digest: str


@dataclass(frozen=True, slots=True)
class Portion:
    """Some profiles of one book. `dossier`: of facts, holdings and owners it tells, too."""

    profiles: list[Profile]
    dossier: bool


class Books:
    """Some books that are read one after the other, as if they were one."""

    def __init__(self) -> None:
        self.read: list[Read] = []
        self._problems = Problems()
        self._told = Told()

    def portions(self, path: Path, hear: Callable[[int], None]) -> Iterator[Portion]:
        """The profiles of a file, some at a time; whatever is wrong is noted.

        What was given counts only when `end` raises nothing. `hear` is told how many bytes have
        been read. Raises CannotRun when the file cannot be read, ProblemsFound when there are too
        many problems to read on.
        """
        lines, kind = Lines(path, self._problems, hear), format_of(path)
        self._told.begin(lines.file)
        profiles = kind.read(lines, self._told)
        while some := list(islice(profiles, AT_A_TIME)):
            yield Portion(some, kind.dossier)
        self.read.append(Read(lines.file, lines.bytes, lines.digest))

    def report(self, names: tuple[str, ...], wrong: Wrong) -> None:
        """Note what is wrong with an organization or an owner, at the first that was told of."""
        file, line = self._told.place(names)
        self._problems.report(file, line, 1, wrong)

    def end(self) -> None:
        """Raise ProblemsFound when anything was wrong."""
        self._problems.end()


def format_of(path: Path) -> Format:
    """The format of a file, from its name. Raises CannotRun."""
    try:
        return FORMATS[path.suffix.lower()]
    except KeyError:
        ends = ", ".join(FORMATS)
        raise CannotRun(f"{path} is of no format that is known: name it {ends}") from None
