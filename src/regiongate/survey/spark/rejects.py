"""Rejected rows on a cluster: a second job, made when there are any and they are asked for.

A piece does not know how many lines are before it, so each counts its own; then every line gets the
number that it has in its file.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from regiongate.survey.cells import REJECTED
from regiongate.survey.formats.format import Reader
from regiongate.survey.rejected import rejected
from regiongate.survey.scan import Log, Span
from regiongate.survey.session import Session, session
from regiongate.survey.spark.fetch import fetch
from regiongate.survey.spark.folder import Folder
from regiongate.survey.spark.pieces import Piece, Task
from regiongate.survey.spark.wire import rows

if TYPE_CHECKING:
    from pyspark import Broadcast

FOUND = pa.schema(
    [
        pa.field("file", pa.string()),
        pa.field("begin", pa.int64()),
        pa.field("line", pa.int64()),
        pa.field("reason", pa.string()),
        pa.field("address", pa.string()),
        pa.field("lines", pa.int64()),
    ]
)
"""Rejected rows of a piece, `line` counted from its begin; and a row that counts its `lines`."""

NAMED = pa.schema([pa.field("name", pa.string())])
"""The files that tasks have written."""

_AT_ONCE = 10_000
_CHUNK = 2**20

_NUMBERED = """
SELECT file, line + before AS line, reason, address FROM found JOIN (
  SELECT file, begin, (sum(lines) OVER (PARTITION BY file ORDER BY begin) - lines)::BIGINT AS before
  FROM found WHERE lines IS NOT NULL
) USING (file, begin)
WHERE line IS NOT NULL ORDER BY file, 2, reason, address
"""


@dataclass(frozen=True, slots=True)
class Rejecting:
    """What a task is told: all tasks, of which it gets numbers; the span; the addresses in the logs
    that are none; its memory, as DuckDB; and where it writes.
    """

    tasks: Broadcast[Sequence[Task]]
    span: Span
    none: Broadcast[Sequence[str]]
    memory: str
    folder: Folder

    def write(self, numbers: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Batches of task numbers, in a column `id` → NAMED."""
        for batch in numbers:
            for number in batch.column("id").to_pylist():
                yield rows(NAMED, name=self.folder.write(self._found(number), FOUND))

    def _found(self, number: int) -> Iterator[pa.RecordBatch]:
        for piece in self.tasks.value[number]:
            with session(self.memory, 1) as opened:
                _tell_none(opened, self.none.value)
                yield from _of_piece(opened, piece, self.span)


def write(opened: Session, to: Path) -> None:
    """Writes the table `found` (FOUND) of a session as lines of JSON."""
    reader = opened.connection.sql(_NUMBERED).to_arrow_reader(_AT_ONCE)
    with to.open("w", encoding="utf-8") as file:
        for batch in reader:
            for row in batch.to_pylist():
                file.write(json.dumps(row, ensure_ascii=False) + "\n")


def _tell_none(opened: Session, addresses: Sequence[str]) -> None:
    table = pa.table({"address": pa.array(addresses, pa.string())})
    opened.connection.register("none", table)
    opened.connection.execute(
        'CREATE TABLE placed AS SELECT *, $1 AS "group" FROM none', [REJECTED]
    )
    opened.connection.unregister("none")


def _of_piece(opened: Session, piece: Piece, span: Span) -> Iterator[pa.RecordBatch]:
    log = fetch(piece, opened.folder / "piece")
    where = {"file": piece.file.name, "begin": piece.begin}
    found = []
    for row in rejected(opened, [log], span):
        found.append({**row, **where})
        if len(found) == _AT_ONCE:
            yield pa.RecordBatch.from_pylist(found, FOUND)
            found.clear()
    yield pa.RecordBatch.from_pylist([*found, {**where, "lines": _lines(log)}], FOUND)


def _lines(log: Log) -> int:
    if log.format.reader is Reader.PARQUET:
        return int(pq.read_metadata(log.file.path).num_rows)
    with log.file.open() as content:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: content.read(_CHUNK), b""))
