"""What is wrong with a book, and where."""

from __future__ import annotations

import re

from regiongate.domain.errors import Problem, ProblemsFound

MOST = 1000
"""So many problems are told; whoever has more has one and the same many times."""

_SHOWN = 60
_LIKE_A_KEY = re.compile("(?=[A-Za-z_-]*[0-9])([A-Za-z0-9_-]{4})[A-Za-z0-9_-]{16,}")


class Wrong(Exception):
    """A value that cannot be what it must be: code, message and remedy, without a place."""

    def __init__(self, code: str, message: str, remedy: str) -> None:
        self.code = code
        self.message = message
        self.remedy = remedy
        super().__init__(message)


class Problems:
    """The problems of some files, in the order in which they are found."""

    def __init__(self) -> None:
        self.found: list[Problem] = []

    def report(self, file: str, line: int, column: int, wrong: Wrong) -> None:
        """Note one. Raises ProblemsFound when there are so many that reading on says nothing."""
        self._add(file, line, column, wrong)
        if len(self.found) == MOST:
            message = f"These are {MOST} problems, and reading stopped here"
            self._add(file, line, column, Wrong("too-many", message, "correct them first"))
            raise ProblemsFound(self.found)

    def end(self) -> None:
        """Raise ProblemsFound when there is one."""
        if self.found:
            raise ProblemsFound(self.found)

    def _add(self, file: str, line: int, column: int, wrong: Wrong) -> None:
        problem = Problem(file, line, column, wrong.code, wrong.message, wrong.remedy)
        self.found.append(problem)


def shown(text: str) -> str:
    """A text of a book as a message may hold it: one short printable line.

    Whatever may be an API key that has slipped into another column is cut.
    """
    text = _LIKE_A_KEY.sub(r"\1...", text)
    short = text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "..."
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in short)
