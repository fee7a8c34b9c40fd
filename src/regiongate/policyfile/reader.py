"""One file being read: where its problems are collected, and what its values depend on."""

from __future__ import annotations

from datetime import UTC, tzinfo
from pathlib import Path

from regiongate.domain.errors import Problem
from regiongate.domain.source import SourceNames
from regiongate.policyfile.node import Mark

_NONE = SourceNames((), ())


class Wrong(Exception):
    """A value that cannot be what it must be: code, message and remedy, without a place."""

    def __init__(self, code: str, message: str, remedy: str) -> None:
        self.code = code
        self.message = message
        self.remedy = remedy
        super().__init__(message)


class Reader:
    """Collects every problem of one policy file instead of stopping at the first.

    `folder` is where a list beside the policy is looked for. `zone` is the time zone of the
    measure, in which every local date of the file is meant. `sources` are the names of the
    sources that there are.
    """

    def __init__(self, file: str, folder: Path, sources: SourceNames = _NONE) -> None:
        self.file = file
        self.folder = folder
        self.sources = sources
        self.zone: tzinfo = UTC
        self.problems: list[Problem] = []

    def report(self, mark: Mark, code: str, message: str, remedy: str) -> None:
        """Note one problem of the policy file."""
        self.problems.append(Problem(self.file, mark.line, mark.column, code, message, remedy))

    def report_wrong(self, mark: Mark, wrong: Wrong) -> None:
        """Note a wrong value where it stands."""
        self.report(mark, wrong.code, wrong.message, wrong.remedy)
