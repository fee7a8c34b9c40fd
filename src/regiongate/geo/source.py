"""A source: one file that says where addresses are, with what is needed to judge its word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from regiongate.domain.errors import Problem, ProblemsFound
from regiongate.domain.source import Age
from regiongate.geo.steps import Steps

MOST_PRINTED = 20
REGION = "region"
"""The kind of a source that says where addresses are."""
MAXIMUM_AGE = 45
"""How many days old a source may be, unless somebody says otherwise."""


@dataclass(frozen=True, slots=True)
class Source:
    """What is known of a source: `date` is the day its data was made, not the day it was fetched.

    `version` is the maker's own. `origin` says in words where the data comes from. `digest` is the
    SHA-256 of the file's content in hexadecimal, before any compression. `format` is a key of
    `formats.FORMATS`. `kind` says what its labels are: "region", the places of addresses.
    `maximum_age` is in days; past it, whoever relies on the source is told.
    """

    name: str
    version: str
    date: date
    licence: str
    origin: str
    digest: str
    format: str
    path: Path
    kind: str = REGION
    maximum_age: int = MAXIMUM_AGE

    @property
    def age(self) -> Age:
        """How old the data is at an instant, and whether that is too old."""
        return Age(self.date, self.maximum_age)

    def entry(self) -> dict[str, Any]:
        """Its entry in the manifest of a bundle; the generation's digest covers all of it."""
        return {
            "name": self.name,
            "version": self.version,
            "date": self.date.isoformat(),
            "licence": self.licence,
            "digest": self.digest,
            "maximum_age": self.maximum_age,
        }


@dataclass(frozen=True, slots=True)
class SourceTable:
    """Where a source says that addresses are: `steps` values index into `regions`.

    `regions` are ISO 3166-1 or 3166-2 codes, sorted. `skipped` counts the rows (in a MaxMind DB
    the ranges) that are no vote, under their label as the source writes it; rows within a network
    that stands for IPv4, such as 2002::/16, are under the name of the network, because the
    address is looked up as the IPv4 address that it carries.
    """

    source: Source
    steps: Steps
    regions: tuple[str, ...]
    skipped: Mapping[str, int]

    def region_at(self, address: int) -> str | None:
        """The region of a canonical address given as a number (IPv4 below 2**32)."""
        value = self.steps.lookup(address)
        return None if value < 0 else self.regions[value]


class SourceError(ProblemsFound):
    """A source file with rows that cannot be read.

    `problems` are those collected, sorted by place; `total` counts all. The message lists the
    first ones and says how many there are.
    """

    def __init__(self, problems: Sequence[Problem], total: int | None = None) -> None:
        super().__init__(list(problems))
        self.total = len(self.problems) if total is None else total
        lines = [str(problem) for problem in self.problems[:MOST_PRINTED]]
        if self.total > len(lines):
            lines.append(f"… {self.total} problems in all")
        self.args = ("\n".join(lines),)


def file_error(file: str, code: str, message: str, remedy: str) -> SourceError:
    """The error for a file that is wrong as a whole, not in one of its rows."""
    return SourceError([Problem(file, 1, 1, code, message, remedy)])
