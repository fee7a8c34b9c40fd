"""The survey's one pass on a cluster: logs → the tables `cells` and `placed` of a session."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.fs as pafs

from regiongate.domain.errors import CannotRun
from regiongate.survey.cells import CELLS, PLACED
from regiongate.survey.placing import Placing
from regiongate.survey.recognize import Said
from regiongate.survey.scan import Scanned, Span
from regiongate.survey.session import Session, Tell
from regiongate.survey.spark.job import Job
from regiongate.survey.spark.known import known
from regiongate.survey.spark.pieces import PIECE, cut, tasks
from regiongate.survey.spark.start import started
from regiongate.survey.spark.storage import filesystem, is_uri, stored
from regiongate.survey.spark.wire import WRITTEN


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
    """What to read: files, folders, globs and URIs; what is said of their formats; and the span."""

    named: tuple[str, ...]
    said: Said = field(default_factory=Said)
    span: Span = field(default_factory=Span)


def scan_on(
    cluster: Cluster, session: Session, logs: Logs, placing: Placing, tell: Tell
) -> Scanned:
    """Makes the tables `cells` and `placed` of all logs; `locate.settle` goes on from there.

    Raises CannotRun for logs that cannot be read and for a cluster that cannot be had.
    """
    found = known(stored(logs.named), logs.said)
    pieces = [piece for one in found for piece in cut(*one, cluster.piece)]
    with started(cluster.master) as spark, _work(cluster, session) as (root, folder):
        job = Job(spark, tasks(pieces, cluster.piece), cluster.memory)
        written = job.run(logs.span, placing, root, folder, tell)
        problems = sorted({row.problem for row in written if row.problem is not None})
        if problems:
            raise CannotRun("\n".join(problems))
        for name, schema in (("cells", CELLS), ("placed", PLACED)):
            paths = [f"{folder}/{row[name]}" for row in written if row[name] is not None]
            _load(session, name, schema, root, paths)
    return Scanned(*(sum(row[name] or 0 for row in written) for name in WRITTEN.names[2:5]))


@contextmanager
def _work(cluster: Cluster, session: Session) -> Iterator[tuple[str, str]]:
    """A folder of its own in the work folder, gone afterwards: its root, its path there."""
    said = str(session.folder) if cluster.work is None else cluster.work
    root = said if is_uri(said) else ""
    base = pafs.FileSystem.from_uri(said)[1] if root else str(Path(said).absolute())
    folder = f"{base.rstrip('/')}/regiongate-survey-{uuid.uuid4()}"
    system = filesystem(root)
    try:
        system.create_dir(folder, recursive=True)
    except OSError as error:
        raise CannotRun(f"{said} cannot be written: {error}") from error
    try:
        yield root, folder
    finally:
        system.delete_dir(folder)


def _load(session: Session, name: str, schema: pa.Schema, root: str, paths: Sequence[str]) -> None:
    """A table of a session, from files that tasks have written."""
    system = filesystem(root)
    missing = [info.path for info in system.get_file_info(list(paths)) if not info.is_file]
    if missing:
        message = f"{missing[0]} was written by another machine and cannot be seen here"
        raise CannotRun(f"{message}: name a folder that all machines share with --work")
    whole = ds.dataset(list(paths), schema=schema, filesystem=system, format="parquet")
    found = whole if paths else schema.empty_table()
    session.connection.register("written", found)
    session.connection.execute(f"CREATE TABLE {name} AS FROM written")
    session.connection.unregister("written")
