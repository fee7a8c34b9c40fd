"""A job on the cluster: run to its end, heard of meanwhile, ended with us, its failure one line."""

from __future__ import annotations

import re
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from regiongate.domain.errors import CannotRun
from regiongate.survey.session import Tell

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, Row, SparkSession

_EVERY = 0.2

_RAISED = re.compile(
    r"^(?:Caused by)?(?:: )?(?:\w+\.)*([A-Z]\w*: (?!Traceback|An exception was).+)$", re.MULTILINE
)


def collected(spark: SparkSession, frame: DataFrame, count: int, tell: Tell) -> list[Row]:
    """The rows of a frame whose first stage has `count` tasks; `tell` hears of these.

    Ctrl-C ends the job on the cluster too. Raises CannotRun when the cluster gives up.
    """
    context = spark.sparkContext
    group = f"regiongate-{uuid.uuid4()}"

    def collect() -> list[Row]:
        context.setJobGroup(group, "regiongate survey", interruptOnCancel=True)
        return frame.collect()

    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(collect)
        try:
            while not done.done():
                time.sleep(_EVERY)
                _tell_of(spark, count, tell)
        except BaseException:
            context.cancelJobGroup(group)
            raise
    error = done.exception()
    if error is not None:
        raise CannotRun(f"the cluster could not finish: {_reason(error)}") from error
    tell(1.0)
    return done.result()


def _tell_of(spark: SparkSession, count: int, tell: Tell) -> None:
    """How many tasks have read their pieces; the stage behind them is short."""
    tracker = spark.sparkContext.statusTracker()
    for stage in map(tracker.getStageInfo, tracker.getActiveStageIds()):
        if stage is not None and stage.numTasks == count:
            tell(stage.numCompletedTasks / count)


def _reason(error: BaseException) -> str:
    """What was raised on an executor, out of the many lines that Spark makes of it."""
    raised: list[str] = _RAISED.findall(str(error))
    return raised[-1] if raised else str(error).strip().partition("\n")[0]
