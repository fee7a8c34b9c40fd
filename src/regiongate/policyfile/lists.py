"""The base list of a policy: one that ships with regiongate, or a CSV beside the policy file."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path, PurePosixPath

from regiongate.domain.errors import Problem
from regiongate.policyfile import parse
from regiongate.policyfile.node import Mark, shown
from regiongate.policyfile.reader import Reader, Wrong
from regiongate.policyfile.region import region

_FOLDER = files("regiongate.policyfile") / "lists"
_COLUMNS = (["region"], ["region", "how", "note"])
_HOW = re.compile(r"listed\Z|territory of [A-Z]{2}\Z")


@dataclass(frozen=True, slots=True)
class BaseList:
    """The regions of a list, before the policy changes it."""

    name: str
    version: str
    regions: frozenset[str]


def shipped_names() -> list[str]:
    """The names of the shipped lists, sorted."""
    names = (PurePosixPath(entry.name) for entry in _FOLDER.iterdir())
    return sorted(name.stem for name in names if name.suffix == ".csv")


def shipped(name: str) -> BaseList:
    """A shipped list. Its version is the date that ends its name."""
    data = (_FOLDER / f"{name}.csv").read_bytes()
    problems: list[Problem] = []
    regions = _regions(data, f"{name}.csv", problems)
    return BaseList(name, name.partition("-")[2], regions)


def beside(name: str, mark: Mark, reader: Reader) -> BaseList | None:
    """A list beside the policy file. Its version is the beginning of its SHA-256 digest."""
    try:
        with (reader.folder / name).open("rb") as file:
            data = file.read(parse.MAX_BYTES + 1)
    except OSError as error:
        message = f"The list `{name}` cannot be read ({error.strerror})"
        reader.report(mark, "list-unreadable", message, "put it beside the policy file")
        return None
    regions = _regions(data, str(reader.folder / name), reader.problems)
    return BaseList(name, hashlib.sha256(data).hexdigest()[:12], regions)


def _regions(data: bytes, file: str, problems: list[Problem]) -> frozenset[str]:
    """The regions that a list names; territories that it only adds are left to the policy."""
    own = Reader(file, Path())
    own.problems = problems
    found: dict[str, int] = {}
    try:
        rows = csv.reader(io.StringIO(parse.decode(data), newline=""), strict=True)
        _require_header(next(rows, []))
        for row in rows:
            if row:
                _read_row(row, rows.line_num, found, own)
    except Wrong as wrong:
        own.report_wrong(getattr(wrong, "mark", Mark(1, 1)), wrong)
    except csv.Error as error:
        own.report(Mark(rows.line_num, 1), "bad-list", f"This is not CSV ({error})", "mend the row")
    return frozenset(found)


def _require_header(header: list[str]) -> None:
    if header not in _COLUMNS:
        remedy = "begin the list with `region` or `region,how,note`"
        raise Wrong("bad-list", f"The header `{shown(','.join(header))}` is unknown", remedy)


def _read_row(row: list[str], line: int, found: dict[str, int], reader: Reader) -> None:
    how = row[1] if len(row) > 1 else "listed"
    try:
        code = region(row[0])
        if _HOW.match(how) is None:
            message = f"`{shown(how)}` does not say how {code} is listed"
            raise Wrong("bad-list", message, "write `listed` or `territory of` and a code")
        if code in found:
            message = f"{code} stands here a second time"
            raise Wrong("duplicate-region", message, f"keep this row or line {found[code]}")
    except Wrong as wrong:
        reader.report_wrong(Mark(line, 1), wrong)
    else:
        if how == "listed":
            found[code] = line
