"""What can be wrong with what a user gave us, told so that the user can mend it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, order=True, slots=True)
class Problem:
    """One mistake in a file: where it is, what it is, and what to do.

    Problems sort by place, so a report reads from the top of the file to its end.
    """

    file: str
    line: int
    column: int
    code: str
    message: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.message}: {self.remedy}"


class CannotRun(Exception):
    """The work cannot start or go on; the message is one sentence that names place and remedy.

    The command line answers it with exit code 2.
    """


class ProblemsFound(Exception):
    """The input was read, and it is wrong. Carries every problem at once, sorted by place.

    The command line answers it with exit code 1.
    """

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = sorted(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))
