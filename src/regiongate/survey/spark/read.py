"""The first stage, on the executors: each task reads its pieces and leaves cells of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from regiongate.domain.errors import CannotRun
from regiongate.survey.scan import Scanned, Span, scan
from regiongate.survey.session import Session, session
from regiongate.survey.spark.fetch import fetch
from regiongate.survey.spark.pieces import Task
from regiongate.survey.spark.wire import PARTIAL, rows

if TYPE_CHECKING:
    from pyspark import Broadcast

_BATCH = 1 << 16


@dataclass(frozen=True, slots=True)
class Reading:
    """What a task is told: all tasks, of which it gets numbers; the span; whether examples of host,
    path and model are kept; its memory, as DuckDB.
    """

    tasks: Broadcast[Sequence[Task]]
    span: Span
    examples: bool
    memory: str

    def read(self, numbers: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Batches of task numbers, in a column `id` → batches of PARTIAL."""
        for batch in numbers:
            for number in batch.column("id").to_pylist():
                task = self.tasks.value[number]
                yield from partial(task, self.span, self.memory, self.examples)


def partial(task: Task, span: Span, memory: str, examples: bool = True) -> Iterator[pa.RecordBatch]:
    """PARTIAL of one task. What no second try would mend is told in it, not raised."""
    try:
        with session(memory, 1) as found:
            yield from _cells(found, task, span, examples)
    except CannotRun as error:
        yield rows(PARTIAL, requests=0, problem=str(error))


def _cells(found: Session, task: Task, span: Span, examples: bool) -> Iterator[pa.RecordBatch]:
    scanned = _scan(found, task, span, examples)
    missing = ", ".join(f'NULL AS "{name}"' for name in PARTIAL.names[-3:])
    cells = found.connection.sql(f"SELECT *, {missing} FROM cells")  # noqa: S608
    for batch in cells.to_arrow_reader(_BATCH):
        yield batch.cast(PARTIAL)
    yield rows(PARTIAL, requests=scanned.lines, outside=scanned.outside, rejected=scanned.rejected)


def _scan(found: Session, task: Task, span: Span, examples: bool) -> Scanned:
    logs = [fetch(piece, found.folder / f"piece-{number}") for number, piece in enumerate(task)]
    try:
        return scan(found, logs, span, examples=examples)
    except CannotRun as error:
        said = str(error)
        for log in logs:
            said = said.replace(str(log.file.path), log.file.name)
        raise CannotRun(said) from error
