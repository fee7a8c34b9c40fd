"""CSV of ranges: `first,last,region`, the ends as addresses or as integers, both included.

So are the free files of ip-location-db, DB-IP and IP2Location written; more columns are ignored.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from regiongate.geo import wide
from regiongate.geo.formats.raw import RawTable
from regiongate.geo.formats.rows import Rejects, label_problem, number_of, rows
from regiongate.geo.ranges import BadRange, from_ranges
from regiongate.geo.steps import Steps


def read(content: bytes, file: str, fields: Sequence[str] | None = None) -> RawTable:
    """The labels of a CSV of ranges; the columns have fixed places, so `fields` says nothing."""
    del fields
    rejects = Rejects(file)
    lines: list[int] = []
    firsts: list[int] = []
    lasts: list[int] = []
    values: list[int] = []
    number: dict[str, int] = {}
    for line, cells in rows(content, file):
        span = _span(line, cells, rejects)
        if span is not None:
            lines.append(line)
            firsts.append(span[0])
            lasts.append(span[1])
            values.append(number.setdefault(cells[2], len(number)))
    value = np.array(values, dtype=np.int32)
    steps = _steps(firsts, lasts, value, lines, rejects)
    counts = np.bincount(value, minlength=len(number))
    return RawTable(steps, tuple(number), tuple(int(count) for count in counts))


def _span(line: int, cells: list[str], rejects: Rejects) -> tuple[int, int] | None:
    """The two ends of a row's range, or None when the row was rejected."""
    if len(cells) < 3:
        rejects.add(line, "columns", f"{len(cells)} columns", "write first,last,region")
        return None
    try:
        first, last = number_of(cells[0]), number_of(cells[1])
    except ValueError as error:
        rejects.add(line, "bad-address", str(error), "write addresses or integers")
        return None
    problem = label_problem(cells[2])
    if problem is not None:
        rejects.add(line, *problem)
        return None
    if last < first:
        message = f"the range {cells[0]}-{cells[1]} runs backwards"
        rejects.add(line, "backward-range", message, "write the lower end first")
        return None
    return first, last


def _steps(
    firsts: list[int],
    lasts: list[int],
    value: np.typing.NDArray[np.int32],
    lines: list[int],
    rejects: Rejects,
) -> Steps:
    """The steps of the good rows; overlaps are told together with what was rejected before."""
    try:
        steps = from_ranges(*wide.split(firsts), *wide.split(lasts), value)
    except BadRange as error:
        for one, other in error.rows:
            early, late = sorted((lines[one], lines[other]))
            message = f"the range overlaps that of line {early}"
            rejects.add(late, "overlap", message, "keep one of the two")
        rejects.raise_if_any()
        raise
    rejects.raise_if_any()
    return steps
