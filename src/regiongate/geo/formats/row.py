"""One row of CSV as text: its cells, and whether they are a heading."""

from __future__ import annotations

import csv
from collections.abc import Sequence

REFERENCE = "geoname_id"
"""The column by which a row of MaxMind's CSV refers to a row of another file, of locations."""


def cells_of(line: str, delimiter: str) -> list[str]:
    """The cells of one line, trimmed. Raises csv.Error when its quotes do not match."""
    cells = next(csv.reader([line], delimiter=delimiter, strict=True), [])
    return [cell.strip() for cell in cells]


def is_heading(cells: Sequence[str]) -> bool:
    """Whether these are no addresses: those have a digit or a colon in the first cell."""
    return bool(cells) and not any(c.isdigit() or c == ":" for c in cells[0])
