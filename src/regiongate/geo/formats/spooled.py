"""Rows that are read one by one, collected into batches for a table."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa

from regiongate.geo.formats.raw import Label
from regiongate.geo.formats.spans import Spans
from regiongate.geo.formats.table import TableMaker

BATCH = 1 << 16


class Spool:
    """Rows as texts on their way into a table: `spans` reads the texts of a whole batch."""

    def __init__(self, maker: TableMaker, spans: Callable[[pa.StringArray], Spans]) -> None:
        self._maker = maker
        self._spans = spans
        self._lines: list[int] = []
        self._texts: list[str] = []
        self._codes: list[int] = []

    def add(self, line: int, text: str, label: Label) -> None:
        """Takes one row."""
        self._lines.append(line)
        self._texts.append(text)
        self._codes.append(self._maker.labels.number(label))
        if len(self._lines) == BATCH:
            self.flush()

    def flush(self) -> None:
        """Hands on what is still here; to be called at the end."""
        if self._lines:
            self._maker.add(
                np.array(self._lines, dtype=np.int64),
                self._spans(pa.array(self._texts, pa.string())),
                np.array(self._codes, dtype=np.int32),
            )
        self._lines, self._texts, self._codes = [], [], []
