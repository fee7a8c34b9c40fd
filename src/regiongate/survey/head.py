"""The beginning of a log: what a format is known by."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from regiongate.domain.errors import CannotRun
from regiongate.survey.files import LogFile

_BYTES = 1 << 18
_LINES = 50
PARQUET_MAGIC = b"PAR1"


@dataclass(frozen=True, slots=True)
class Head:
    """The first lines that are not blank, and the JSON objects among them."""

    lines: tuple[str, ...]
    objects: tuple[dict[str, Any], ...]
    is_parquet: bool

    def share_of(self, marks: frozenset[str]) -> float:
        """How many of the lines are objects that have all of these fields, as a share."""
        marked = sum(marks <= one.keys() for one in self.objects)
        return marked / len(self.lines) if self.lines else 0.0


def head(file: LogFile) -> Head:
    """Reads it; CannotRun when the file cannot be read or unpacked."""
    try:
        with file.open() as content:
            begin = content.read(_BYTES)
    except (OSError, pa.ArrowException) as error:
        raise CannotRun(f"{file.name} cannot be read ({error}): is the file whole?") from error
    if begin.startswith(PARQUET_MAGIC):
        return Head((), (), True)
    text = begin.decode("utf-8", "replace").removeprefix("\ufeff")
    pieces = text.split("\n")
    if len(begin) == _BYTES and len(pieces) > 1:
        pieces.pop()  # The last one is probably cut in the middle.
    lines = tuple(line.rstrip("\r") for line in pieces if line.strip())[:_LINES]
    parsed = [_parsed(line) for line in lines]
    return Head(lines, tuple(one for one in parsed if isinstance(one, dict)), False)


def _parsed(line: str) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None
