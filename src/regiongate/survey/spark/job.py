"""The one job of two stages; between them Spark brings cells of the same address together."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from regiongate.domain.errors import CannotRun
from regiongate.survey.placing import Placing
from regiongate.survey.scan import Span
from regiongate.survey.session import Tell
from regiongate.survey.spark.gather import Gathering
from regiongate.survey.spark.pieces import Task
from regiongate.survey.spark.read import Reading
from regiongate.survey.spark.wire import PARTIAL, WRITTEN, spark_schema

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, Row, SparkSession

_EVERY = 0.2
_SHARE = 8
"""Cells are much fewer than rows: one task gathers what so many have read."""

_LEAST = 200
"""Spark's own number of tasks behind a shuffle; it joins small ones."""

_RAISED = re.compile(
    r"^(?:Caused by)?(?:: )?(?:\w+\.)*([A-Z]\w*: (?!Traceback|An exception was).+)$", re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Job:
    """Tasks to run in a session of Spark; `memory` is what DuckDB may take in each."""

    spark: SparkSession
    tasks: Sequence[Task]
    memory: str

    def run(self, span: Span, placing: Placing, root: str, folder: str, tell: Tell) -> list[Row]:
        """Rows of WRITTEN: files in a folder, and counts. Ctrl-C ends the job on the cluster too.

        Raises CannotRun when the cluster gives up.
        """
        if not self.tasks:
            return []
        context = self.spark.sparkContext
        group = f"regiongate-{uuid.uuid4()}"
        frame = self._frame(span, placing, root, folder)

        def collect() -> list[Row]:
            context.setJobGroup(group, "regiongate survey", interruptOnCancel=True)
            return frame.collect()

        with ThreadPoolExecutor(1) as pool:
            done = pool.submit(collect)
            try:
                while not done.done():
                    time.sleep(_EVERY)
                    self._tell(tell)
            except BaseException:
                context.cancelJobGroup(group)
                raise
        error = done.exception()
        if error is not None:
            raise CannotRun(f"the cluster could not finish: {_reason(error)}") from error
        tell(1.0)
        return done.result()

    def _frame(self, span: Span, placing: Placing, root: str, folder: str) -> DataFrame:
        context, count = self.spark.sparkContext, len(self.tasks)
        reading = Reading(context.broadcast(self.tasks), span, self.memory)
        gathering = Gathering(context.broadcast(placing), root, folder, self.memory)
        self.spark.conf.set("spark.sql.shuffle.partitions", max(_LEAST, count // _SHARE))
        numbers = self.spark.range(0, count, 1, count)
        read = numbers.mapInArrow(reading.read, spark_schema(PARTIAL))
        return read.repartition("address").mapInArrow(gathering.gather, spark_schema(WRITTEN))

    def _tell(self, tell: Tell) -> None:
        """How many of the tasks have read their pieces; the stage behind them is short."""
        tracker = self.spark.sparkContext.statusTracker()
        stages = [tracker.getStageInfo(stage) for stage in tracker.getActiveStageIds()]
        for stage in stages:
            if stage is not None and stage.numTasks == len(self.tasks):
                tell(stage.numCompletedTasks / stage.numTasks)


def _reason(error: BaseException) -> str:
    """What was raised on an executor, out of the many lines that Spark makes of it."""
    raised = _RAISED.findall(str(error))
    return raised[-1] if raised else str(error).strip().partition("\n")[0]
