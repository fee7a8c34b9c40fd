"""The second stage, on the executors: cells of the same address meet, are located and written."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from regiongate.survey.cells import CELLS, PLACED
from regiongate.survey.placing import Placing
from regiongate.survey.scan import EXAMPLE
from regiongate.survey.session import Session, session
from regiongate.survey.spark.storage import filesystem
from regiongate.survey.spark.wire import PARTIAL, WRITTEN, as_schema, rows

if TYPE_CHECKING:
    from pyspark import Broadcast

_BATCH = 1 << 18

MERGED = f"""
CREATE TABLE merged AS
SELECT organization, "key", address, "day",
  sum(requests)::BIGINT AS requests,
  CASE WHEN count(tokens) > 0 THEN least(sum(tokens), {2**63 - 1})::BIGINT END AS tokens,
  min("first") AS "first", max("last") AS "last",
  min(example) AS example,
  coalesce(sum(outside), 0)::BIGINT AS outside, coalesce(sum(rejected), 0)::BIGINT AS rejected,
  min(problem) AS problem
FROM partial GROUP BY ALL
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Gathering:
    """What a task is told: how to locate, and where it writes, a folder in a file system."""

    placing: Broadcast[Placing]
    root: str
    folder: str
    memory: str

    def gather(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """PARTIAL, all rows of an address in one task → WRITTEN."""
        with session(self.memory, 1) as found:
            reader = pa.RecordBatchReader.from_batches(PARTIAL, as_schema(batches, PARTIAL))
            found.connection.register("partial", reader)
            found.connection.execute(MERGED)
            found.connection.unregister("partial")
            yield from self._written(found)

    def _written(self, found: Session) -> Iterator[pa.RecordBatch]:
        counted = found.connection.sql(
            "SELECT requests, outside, rejected, problem FROM merged WHERE address IS NULL"
        )
        for counts in counted.fetchall():
            yield rows(WRITTEN, **dict(zip(WRITTEN.names[2:], counts, strict=True)))
        cells = found.connection.sql(
            f"SELECT * EXCLUDE (example, outside, rejected, problem), {EXAMPLE}"  # noqa: S608
            " FROM merged WHERE address IS NOT NULL"
        )
        name = self._write(cells.to_arrow_reader(_BATCH), CELLS)
        if name is not None:
            addresses = found.connection.sql(
                "SELECT DISTINCT address FROM merged WHERE address IS NOT NULL"
            )
            locate = self.placing.value.locate
            placed = self._write(map(locate, addresses.to_arrow_reader(_BATCH)), PLACED)
            yield rows(WRITTEN, cells=name, placed=placed)

    def _write(self, batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> str | None:
        """Writes a file of its own and returns its name; what a failed try leaves, no one reads."""
        found = (batch for batch in batches if batch.num_rows)
        first = next(found, None)
        if first is None:
            return None
        name = f"{uuid.uuid4()}.parquet"
        system = filesystem(self.root)
        with (
            system.open_output_stream(f"{self.folder}/{name}") as file,
            pq.ParquetWriter(file, schema) as writer,
        ):
            writer.write_batch(first.cast(schema))
            for batch in found:
                writer.write_batch(batch.cast(schema))
        return name
