"""What is wrong with the rows of a text file, all together."""

from __future__ import annotations

from collections.abc import Callable

from regiongate.domain.errors import Problem
from regiongate.geo.formats.raw import Fault
from regiongate.geo.source import SourceError
from regiongate.geo.wide import Index

MOST_KEPT = 1000
LONGEST_SHOWN = 60


class Rejects:
    """Collects what is wrong with the rows of a file: the first thousand kept, all counted."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.total = 0
        self._problems: list[Problem] = []

    def add(self, line: int, fault: Fault) -> None:
        """Notes one problem at a line of the file, counted from 1."""
        self.total += 1
        if len(self._problems) < MOST_KEPT:
            self._problems.append(Problem(self.file, line, 1, *fault))

    def add_many(self, lines: Index, fault: Callable[[int], Fault | None]) -> None:
        """Notes a problem at each line; `fault(i)` says which, and is asked for those kept only."""
        room = MOST_KEPT - len(self._problems)
        for place, line in enumerate(lines[:room].tolist()):
            found = fault(place)
            if found is not None:
                self._problems.append(Problem(self.file, line, 1, *found))
        self.total += lines.size

    def raise_if_any(self) -> None:
        """Raises SourceError when there was a problem."""
        if self.total:
            raise SourceError(self._problems, self.total)


def shown(text: str) -> str:
    """A text as a message may hold it: quoted, printable and short."""
    return repr(text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 3]}...")
