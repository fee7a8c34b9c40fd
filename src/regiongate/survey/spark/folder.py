"""The work folder: tasks write files into it, the machine that asked reads them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.fs as pafs
import pyarrow.parquet as pq

from regiongate.domain.errors import CannotRun
from regiongate.survey.session import Session
from regiongate.survey.spark.storage import filesystem, resolved


@dataclass(frozen=True, slots=True)
class Folder:
    """The root that its file system is known by (empty for the machine's own), and its path."""

    root: str
    path: str

    def write(self, batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> str | None:
        """Writes a file of its own and returns its name, None for no rows. Raises OSError.

        What a task leaves that failed, and was tried again, no one reads.
        """
        found = (batch.cast(schema) for batch in batches if batch.num_rows)
        first = next(found, None)
        if first is None:
            return None
        name = f"{uuid.uuid4()}.parquet"
        with (
            filesystem(self.root).open_output_stream(f"{self.path}/{name}") as file,
            pq.ParquetWriter(file, schema) as writer,
        ):
            writer.write_batch(first)
            for batch in found:
                writer.write_batch(batch)
        return name

    def load(self, session: Session, table: str, schema: pa.Schema, names: Sequence[str]) -> None:
        """Makes a table of files. Raises CannotRun when they cannot be seen here."""
        system = filesystem(self.root)
        paths = [f"{self.path}/{name}" for name in names]
        missing = [info.path for info in system.get_file_info(paths) if not info.is_file]
        if missing:
            message = f"{missing[0]} was written by another machine and cannot be seen here"
            raise CannotRun(f"{message}: name a folder that all machines share with --work")
        batches = (batch.cast(schema) for path in paths for batch in _batches(system, path))
        session.connection.register("written", pa.RecordBatchReader.from_batches(schema, batches))
        session.connection.execute(f"CREATE TABLE {table} AS FROM written")
        session.connection.unregister("written")


def _batches(system: pafs.FileSystem, path: str) -> Iterator[pa.RecordBatch]:
    with system.open_input_file(path) as file:
        yield from pq.ParquetFile(file).iter_batches()


@contextmanager
def work_folder(said: str | None, session: Session) -> Iterator[Folder]:
    """A folder of its own in the one that was said, gone afterwards.

    Without one it is in the session's folder, which only this machine has.
    """
    root, base = resolved(str(session.folder) if said is None else said)
    folder = Folder(root, f"{base.rstrip('/')}/regiongate-survey-{uuid.uuid4()}")
    system = filesystem(root)
    try:
        system.create_dir(folder.path, recursive=True)
    except OSError as error:
        raise CannotRun(f"{said} cannot be written: {error}") from error
    try:
        yield folder
    finally:
        system.delete_dir(folder.path)
