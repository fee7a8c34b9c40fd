"""About how many rows a log has, from its beginning and its size: for the progress bar only."""

from __future__ import annotations

import pyarrow.parquet as pq

from regiongate.survey.formats.format import Reader
from regiongate.survey.scan import Log

_BYTES = 1 << 20
_PACKED = 10
"""Logs shrink about so many times when they are compressed."""


def rows(log: Log) -> int:
    """A guess; Parquet says it exactly."""
    if log.format.reader is Reader.PARQUET:
        return int(pq.read_metadata(log.file.path).num_rows)
    with log.file.open() as content:
        begin = content.read(_BYTES)
    lines = max(begin.count(b"\n"), 1)
    if len(begin) < _BYTES:
        return lines
    size = log.file.path.stat().st_size * (1 if log.file.compression == "none" else _PACKED)
    return max(lines * size // len(begin), lines)
