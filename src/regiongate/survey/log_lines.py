"""Lines of the gateway's log → cells, one for each line, and the lines that cannot be counted.

Of the path its first two segments are read, which say for which feature a request is; of the host,
which nothing that is kept has, nothing is.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from regiongate.survey.cells import CELLS


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a log as it stands there, without its end: at which byte it begins."""

    position: int
    content: bytes


@dataclass(frozen=True, slots=True)
class Rejected:
    """A line that is in no cell, and why."""

    line: Line
    reason: str


@dataclass(frozen=True, slots=True)
class Counted:
    """What lines hold: `cells` (CELLS), a row for each of `lines`; the others are rejected."""

    cells: pa.Table
    lines: tuple[Line, ...]
    rejected: tuple[Rejected, ...]


def split(content: bytes, begin: int) -> Iterator[Line]:
    """The lines of a piece of a log whose first byte is byte `begin` of it."""
    for text in content.removesuffix(b"\n").split(b"\n"):
        yield Line(begin, text)
        begin += len(text) + 1


def count(content: bytes, begin: int) -> Counted:
    """Read a piece of the gateway's log that ends with a line."""
    rows: list[tuple[Any, ...]] = []
    lines: list[Line] = []
    rejected: list[Rejected] = []
    for line in split(content, begin):
        try:
            rows.append(_row(line.content))
            lines.append(line)
        except (ValueError, OverflowError, RecursionError) as error:
            rejected.append(Rejected(line, str(error) or type(error).__name__))
    columns = list(zip(*rows, strict=True)) or [()] * len(CELLS)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, CELLS, strict=True)]
    return Counted(pa.table(arrays, schema=CELLS), tuple(lines), tuple(rejected))


def is_gateway(line: bytes) -> bool:
    """Whether a line is one of the gateway's log."""
    try:
        _row(line)
    except (ValueError, OverflowError, RecursionError):
        return False
    return True


def _row(text: bytes) -> tuple[Any, ...]:
    """The columns of CELLS for one line; ValueError when it is none of the gateway's log."""
    try:
        said = json.loads(text)
    except UnicodeDecodeError:
        raise ValueError("it is not UTF-8") from None
    except ValueError as error:
        raise ValueError(f"it is not JSON: {error}") from None
    if not isinstance(said, dict):
        raise ValueError("it is not a JSON object")
    at = _time(said.get("time"))
    address = _text(said, "address")
    if address is None:
        raise ValueError("it has no address")
    organization, key = _text(said, "organization"), _text(said, "key")
    path = _path(said.get("path"))
    return (organization, key, address, at.date(), 1, None, at, at, None, path, None)


def _path(value: object) -> str | None:
    """Two segments of a path, if it is one; a line is not rejected for a path."""
    if not isinstance(value, str) or not value.isascii():
        return None
    return "/".join(value.split("/", 3)[:3])


def _time(text: object) -> datetime:
    if not isinstance(text, str):
        raise ValueError("it has no time")
    at = datetime.fromisoformat(text)
    if at.utcoffset() is None:
        raise ValueError(f"its time {text!r} has no time zone")
    return at.astimezone(UTC)


def _text(said: dict[str, Any], name: str) -> str | None:
    """A text that can be kept: no database takes all that JSON can escape."""
    value = said.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        raise ValueError(f"its {name} is not a text")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ValueError(f"its {name} holds half a character") from None
    if "\0" in value:
        raise ValueError(f"its {name} holds a zero character")
    return value
