"""A Spark session for a survey, or a sentence that says why there is none."""

from __future__ import annotations

import os
import re
import shutil
import socket
import sys
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from threading import Thread
from types import ModuleType
from typing import TYPE_CHECKING

from regiongate.domain.errors import CannotRun

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

PATIENCE = 120.0
"""Seconds that a cluster may take to accept the survey."""

_KNOCK = 5.0
_STANDALONE = re.compile(r"spark://(.+)")
_SUBMITTED = "PYSPARK_GATEWAY_PORT"
"""Set by `spark-submit`, which starts Java itself and knows the master."""

_SETTINGS = {
    "spark.log.level": "ERROR",
    "spark.ui.showConsoleProgress": "false",
}
_LOCAL = {"spark.ui.enabled": "false", "spark.driver.host": "localhost"}
_QUERIES = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.execution.arrow.maxRecordsPerBatch": "65536",
}


@contextmanager
def started(master: str | None) -> Iterator[SparkSession]:
    """A session on a cluster, stopped afterwards unless it was there before.

    Raises CannotRun without pyspark, without Java, and for a master that does not answer.
    """
    sql = _pyspark()
    running = sql.SparkSession.getActiveSession()
    spark = running or _patiently(sql.SparkSession.builder, _checked(master))
    queries = spark.newSession()
    for name, value in _QUERIES.items():
        queries.conf.set(name, value)
    try:
        yield queries
    finally:
        if running is None:
            spark.stop()


def _pyspark() -> ModuleType:
    try:
        return import_module("pyspark.sql")
    except ModuleNotFoundError as error:
        message = "--engine spark needs pyspark, which is not installed"
        raise CannotRun(f"{message}: pip install 'regiongate[spark]'") from error


def _checked(master: str | None) -> str | None:
    """The master, when there is Java and somebody answers there."""
    if _SUBMITTED in os.environ:
        return master
    if master is None:
        message = "--engine spark needs --master"
        raise CannotRun(f"{message}: spark://HOST:7077, yarn, k8s://…, or local[*] to try it")
    home = os.environ.get("JAVA_HOME")
    if shutil.which("java", path=None if home is None else str(Path(home, "bin"))) is None:
        where = "on the path" if home is None else f"in JAVA_HOME ({home})"
        message = f"Spark needs Java 17 or later, and there is none {where}"
        raise CannotRun(f"{message}: install it (Debian: default-jre-headless)")
    standalone = _STANDALONE.fullmatch(master)
    if standalone is not None:
        _knock(master, standalone[1].split(","))
    return master


def _knock(master: str, addresses: list[str]) -> None:
    """Spark itself would try for minutes, and then say so on a hundred lines."""
    problems = []
    for address in addresses:
        host, _, port = address.rpartition(":")
        try:
            socket.create_connection((host.strip("[]"), int(port)), _KNOCK).close()
        except (OSError, ValueError, OverflowError) as error:
            problems.append(f"{address}: {error}")
        else:
            return
    raise CannotRun(f"no Spark master answers at {master} ({'; '.join(problems)}): is it running?")


def _patiently(builder: SparkSession.Builder, master: str | None) -> SparkSession:
    """Starts the session in a thread of its own, as nothing ends it from outside."""
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    settings = _SETTINGS | (_LOCAL if master is not None and master.startswith("local") else {})
    builder = builder.appName("regiongate survey").config(map=dict(settings))
    if master is not None:
        builder = builder.master(master)
    result: Future[SparkSession] = Future()

    def start() -> None:
        try:
            result.set_result(builder.getOrCreate())
        except BaseException as error:
            result.set_exception(error)

    Thread(target=start, daemon=True).start()
    try:
        return result.result(PATIENCE)
    except TimeoutError as error:
        message = f"the cluster at {master} has not accepted the survey within {PATIENCE:.0f} s"
        raise CannotRun(f"{message}: is it running, and has it room?") from error
    except Exception as error:
        reason = str(error).strip().partition("\n")[0]
        raise CannotRun(f"Spark did not start on {master}: {reason}") from error
