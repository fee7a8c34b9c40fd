"""Rows as they are read, a batch at a time, and the table that becomes of them at the end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from regiongate.geo.formats.labelling import Codes, Labels
from regiongate.geo.formats.raw import Fault, RawTable, Wanted
from regiongate.geo.formats.rejects import Rejects
from regiongate.geo.formats.spans import COMPATIBLE, Ends, Spans
from regiongate.geo.ranges import BadRange
from regiongate.geo.steps import Steps, Values
from regiongate.geo.wide import U64, Index

Layer = Callable[[U64, U64, U64, U64, Values], Steps]
"""How spans become steps: `ranges.from_ranges` or `ranges.from_nested`."""


class _Batch(NamedTuple):
    ends: Ends
    codes: Codes
    lines: Index


class TableMaker:
    """Takes the rows of a file in batches; `finish` raises SourceError with all that is wrong.

    Files that are read together share their `labels`.
    """

    def __init__(self, file: str, wanted: Wanted, labels: Labels | None = None) -> None:
        self.rejects = Rejects(file)
        self.labels = Labels(wanted.check) if labels is None else labels
        self._batches: list[_Batch] = []
        self._cut = 0
        self._rows = np.zeros(0, dtype=np.int64)

    def add(self, lines: Index, spans: Spans, codes: Codes) -> None:
        """Takes n rows: their lines, their spans, and the numbers of their labels."""
        bad = np.flatnonzero(~spans.good)
        self.rejects.add_many(lines[bad], lambda place: spans.fault(int(bad[place])))
        good = spans.good.copy()
        faulty = self.labels.faulty(codes)
        faulty = faulty[good[faulty]]
        self.rejects.add_many(
            lines[faulty], lambda place: self.labels.fault(int(codes[faulty[place]]))
        )
        good[faulty] = False
        counts = np.bincount(codes[good], minlength=self._rows.size)
        counts[: self._rows.size] += self._rows
        self._rows = counts
        self._cut += int((spans.cut & good).sum())
        kept = np.flatnonzero(good & ~spans.outside)
        self._batches.append(
            _Batch(Ends(*(half[kept] for half in spans.ends)), codes[kept], lines[kept])
        )

    def finish(self, layer: Layer, twins: str) -> RawTable:
        """The table of all rows; `twins` is the code for two rows that contradict each other."""
        ends, codes, lines = _joined(self._batches)
        self._batches.clear()
        try:
            steps = layer(*ends, codes)
        except BadRange as error:
            self._contradictions(error, lines, twins)
            self.rejects.raise_if_any()
            raise
        self.rejects.raise_if_any()
        labels = self.labels.labels
        rows = np.zeros(len(labels), dtype=np.int64)
        rows[: self._rows.size] = self._rows
        return RawTable(
            steps,
            labels,
            tuple(rows.tolist()),
            unreachable={COMPATIBLE: self._cut} if self._cut else {},
        )

    def _contradictions(self, error: BadRange, lines: Index, code: str) -> None:
        for one, other in error.rows:
            early, late = sorted((int(lines[one]), int(lines[other])))
            message = _CONTRADICTIONS[code].format(line=early)
            self.rejects.add(late, Fault(code, message, "keep one of the two"))
        self.rejects.total += error.total - len(error.rows)


_CONTRADICTIONS = {
    "overlap": "the range overlaps that of line {line}",
    "twice": "the network says something else on line {line}",
}


def _joined(batches: Sequence[_Batch]) -> _Batch:
    if not batches:
        none = np.zeros(0, dtype=np.uint64)
        return _Batch(Ends(none, none, none, none), none.astype(np.int32), none.astype(np.int64))
    ends = Ends(
        *(np.concatenate(halves) for halves in zip(*(b.ends for b in batches), strict=True))
    )
    codes = np.concatenate([batch.codes for batch in batches])
    return _Batch(ends, codes, np.concatenate([batch.lines for batch in batches]))
