"""The survey's one pass on a cluster: logs → the tables `cells` and `placed` of a session."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from regiongate.domain.errors import CannotRun
from regiongate.survey.cells import CELLS, PLACED, REJECTED
from regiongate.survey.placing import Placing
from regiongate.survey.recognize import Said
from regiongate.survey.scan import Scanned, Span
from regiongate.survey.session import Session, Tell
from regiongate.survey.spark import rejects
from regiongate.survey.spark.folder import Folder, work_folder
from regiongate.survey.spark.gather import Gathering
from regiongate.survey.spark.job import collected
from regiongate.survey.spark.known import known
from regiongate.survey.spark.pieces import PIECE, Task, cut, tasks
from regiongate.survey.spark.read import Reading
from regiongate.survey.spark.start import started
from regiongate.survey.spark.storage import stored
from regiongate.survey.spark.wire import PARTIAL, WRITTEN, spark_schema

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, Row, SparkSession

_SHARE = 8
"""Cells are fewer than rows: one task gathers what so many have read."""

_LEAST = 200
"""Spark's own number of tasks behind a shuffle; it joins small ones."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """Where a survey runs, and how.

    `master` is Spark's, None under `spark-submit`. `work` is a folder that every machine reads and
    writes, None for one of this machine alone. `memory` is what DuckDB may take in each task.
    `piece` is the number of bytes that make a task.
    """

    master: str | None
    work: str | None = None
    memory: str = "1GB"
    piece: int = PIECE


@dataclass(frozen=True, slots=True)
class Logs:
    """What to read: files, folders, globs and URIs; what is said of their formats; and the span.

    `examples` says whether host, path and model are kept. `rejected` is the file for rejected rows,
    which is written when there are any.
    """

    named: tuple[str, ...]
    said: Said = field(default_factory=Said)
    span: Span = field(default_factory=Span)
    examples: bool = True
    rejected: Path | None = None


def scan_on(
    cluster: Cluster, session: Session, logs: Logs, placing: Placing, tell: Tell
) -> Scanned:
    """Makes the tables `cells` and `placed` of all logs; `locate.settle` goes on from there.

    Raises CannotRun for logs that cannot be read and for a cluster that cannot be had.
    """
    found = known(stored(logs.named), logs.said)
    pieces = [piece for one in found for piece in cut(*one, cluster.piece)]
    work = tasks(pieces, cluster.piece)
    with started(cluster.master) as spark, work_folder(cluster.work, session) as folder:
        stages = _Stages(spark, work, logs, cluster.memory, folder)
        written = stages.scan(placing, tell)
        problems = sorted({row.problem for row in written if row.problem is not None})
        if problems:
            raise CannotRun("\n".join(problems))
        for table, name, schema in (("counted", "cells", CELLS), ("placed", "placed", PLACED)):
            names = [row[name] for row in written if row[name] is not None]
            folder.load(session, table, schema, names)
        session.connection.execute("CREATE VIEW cells AS FROM counted")
        scanned = Scanned(*(sum(row[name] or 0 for row in written) for name in WRITTEN.names[2:5]))
        if logs.rejected is not None:
            _write_rejected(stages, session, scanned, logs.rejected, tell)
    return scanned


def _write_rejected(
    stages: _Stages, session: Session, scanned: Scanned, to: Path, tell: Tell
) -> None:
    none = session.connection.sql(
        'SELECT address FROM placed WHERE "group" = $1 ORDER BY 1', params=[REJECTED]
    ).fetchall()
    if none or scanned.rejected:
        names = stages.reject([address for (address,) in none], tell)
        stages.folder.load(session, "found", rejects.FOUND, names)
        rejects.write(session, to)
        session.connection.execute("DROP TABLE found")


@dataclass(frozen=True, slots=True)
class _Stages:
    """The jobs over the same tasks, with the same memory and work folder."""

    spark: SparkSession
    tasks: Sequence[Task]
    logs: Logs
    memory: str
    folder: Folder

    def scan(self, placing: Placing, tell: Tell) -> list[Row]:
        """Rows of WRITTEN: pieces are read, and cells of the same address brought together."""
        count, context = len(self.tasks), self.spark.sparkContext
        if not count:
            return []
        reading = Reading(
            context.broadcast(self.tasks), self.logs.span, self.logs.examples, self.memory
        )
        gathering = Gathering(context.broadcast(placing), self.folder, self.memory)
        self.spark.conf.set("spark.sql.shuffle.partitions", max(_LEAST, count // _SHARE))
        read = self._numbers().mapInArrow(reading.read, spark_schema(PARTIAL))
        by_address = read.repartition("address")
        gathered = by_address.mapInArrow(gathering.gather, spark_schema(WRITTEN))
        return collected(self.spark, gathered, count, tell)

    def reject(self, none: Sequence[str], tell: Tell) -> list[str]:
        """The files of rejected rows (`rejects.FOUND`)."""
        context = self.spark.sparkContext
        work, addresses = context.broadcast(self.tasks), context.broadcast(none)
        rejecting = rejects.Rejecting(work, self.logs.span, addresses, self.memory, self.folder)
        frame = self._numbers().mapInArrow(rejecting.write, spark_schema(rejects.NAMED))
        found = collected(self.spark, frame, len(self.tasks), tell)
        return [row.name for row in found if row.name is not None]

    def _numbers(self) -> DataFrame:
        """One number for each task."""
        return self.spark.range(0, len(self.tasks), 1, len(self.tasks))
