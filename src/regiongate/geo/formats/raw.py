"""What every format is read into, before it is asked which labels are places."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from regiongate.geo.steps import Steps


@dataclass(frozen=True, slots=True)
class RawTable:
    """Labels over the address space as a source writes them: `steps` values index into `labels`.

    `rows[i]` counts the rows (in a MaxMind DB the ranges) with label `i`. `date` is the day the
    file says its data was made on, None when it does not say.
    """

    steps: Steps
    labels: tuple[str, ...]
    rows: tuple[int, ...]
    date: date | None = None


class Reader(Protocol):
    """Reads the content of a file in one format.

    `file` is what errors call it. `fields` are the paths of the field that holds the region, for
    formats with named fields; None for the usual ones. Raises SourceError with every bad row, or
    MmdbError.
    """

    def __call__(self, content: bytes, file: str, fields: Sequence[str] | None = None) -> RawTable:
        """Reads the whole content at once."""
        ...
