"""Chosen fields of the records, laid over the same networks as the records themselves."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from regiongate.geo.mmdb.encode import encode_value
from regiongate.geo.mmdb.path import FieldPath
from regiongate.geo.steps import Steps

Row = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Picked:
    """Several fields at once: `steps` values index into `rows`.

    A row has one value for each path, None where the record has no such field; -1 is an address
    without a record. `rows` are distinct, in the order in which their first records stand in the
    file: networks next to each other whose records differ elsewhere only are one step.
    """

    steps: Steps
    rows: tuple[Row, ...]


def pick(steps: Steps, records: Sequence[object], paths: Sequence[FieldPath]) -> Picked:
    """The fields of steps whose values index into records; without paths, nothing but None."""
    number: dict[tuple[Hashable, ...], int] = {}
    rows: list[Row] = []
    of_record = np.empty(len(records), dtype=np.int64)
    for index, record in enumerate(records):
        row = tuple(path.of(record) for path in paths)
        key = tuple(_identity(value) for value in row)
        of_record[index] = number.setdefault(key, len(rows))
        if len(number) > len(rows):
            rows.append(row)
    # Rows are numbered like records: as long as no two have the same one, nothing changes.
    merged = len(rows) < len(records)
    return Picked(steps.remap(of_record) if merged else steps, tuple(rows))


def _identity(value: object) -> Hashable:
    """Equal for equal values of one type: True is not 1, and maps have no order."""
    if value is None or isinstance(value, str):
        return value
    return encode_value(value)
