"""The labels of rows as numbers: distinct labels once, in the order in which they first come."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from regiongate.geo.formats.raw import Fault, Label, LabelCheck
from regiongate.geo.wide import Index

if TYPE_CHECKING:  # A MaxMind DB has labels too, and needs no Arrow.
    import pyarrow as pa

Codes = npt.NDArray[np.int32]


class Labels:
    """Numbers the labels of a file and finds out which are wrong, once for each."""

    def __init__(self, check: LabelCheck | None) -> None:
        self._check = check
        self._numbers: dict[Label, int] = {}
        self._faulty: dict[int, Label | Fault] = {}

    @property
    def labels(self) -> tuple[Label, ...]:
        """All labels up to now, each at the place that is its number."""
        return tuple(self._numbers)

    def number(self, label: Label) -> int:
        """The number of a label."""
        count = len(self._numbers)
        known = self._numbers.setdefault(label, count)
        if known == count and self._check is not None and self._check(label) is not None:
            self._faulty[known] = label  # Of very many wrong labels few faults are ever told.
        return known

    def refused(self, fault: Fault) -> int:
        """A number for rows of which no label can be made, for this reason."""
        number = self._numbers.setdefault((fault.message,), len(self._numbers))
        self._faulty[number] = fault
        return number

    def fault(self, number: int) -> Fault | None:
        """What is wrong with the label of this number, None when nothing is."""
        found = self._faulty.get(number)
        if found is None or isinstance(found, Fault):
            return found
        return None if self._check is None else self._check(found)

    def faulty(self, numbers: Codes) -> Index:
        """Which of the rows have a label that is wrong."""
        if not self._faulty:
            return np.zeros(0, dtype=np.int64)
        return np.flatnonzero(np.isin(numbers, np.fromiter(self._faulty, dtype=np.int32)))


def combined(columns: Sequence[pa.StringArray]) -> tuple[list[tuple[str, ...]], Index]:
    """The distinct rows of several columns, trimmed, and which of them each row is (int64[n])."""
    texts, index = _distinct(columns[0])
    rows: list[tuple[str, ...]] = [(text,) for text in texts]
    for column in columns[1:]:
        texts, of_row = _distinct(column)
        both, first, index = np.unique(
            index * len(texts) + of_row, return_index=True, return_inverse=True
        )
        order = np.argsort(first)  # In the order of the rows, so that numbers are too.
        place = np.empty(order.size, dtype=np.int64)
        place[order] = np.arange(order.size)
        index = place[index]
        rows = [
            (*rows[code // len(texts)], texts[code % len(texts)]) for code in both[order].tolist()
        ]
    return rows, index


def _distinct(column: pa.StringArray) -> tuple[list[str], Index]:
    encoded = column.dictionary_encode()
    texts = [text.strip() for text in encoded.dictionary.to_pylist()]
    return texts, encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
