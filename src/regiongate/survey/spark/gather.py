"""The second stage, on the executors: cells of the same address meet, are located and written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from regiongate.survey.cells import CELLS, PLACED
from regiongate.survey.placing import Placing
from regiongate.survey.session import Session, session
from regiongate.survey.spark.folder import Folder
from regiongate.survey.spark.wire import PARTIAL, WRITTEN, as_schema, rows

if TYPE_CHECKING:
    from pyspark import Broadcast

_BATCH = 1 << 18

MERGED = f"""
CREATE TABLE merged AS
SELECT * EXCLUDE (example), example.host, example.path, example.model FROM (
SELECT organization, "key", address, "day",
  sum(requests)::BIGINT AS requests,
  CASE WHEN count(tokens) > 0 THEN least(sum(tokens), {2**63 - 1})::BIGINT END AS tokens,
  min("first") AS "first", max("last") AS "last",
  arg_min({{'host': host, 'path': path, 'model': model}}, hash(host, path, model)) AS example,
  coalesce(sum(outside), 0)::BIGINT AS outside, coalesce(sum(rejected), 0)::BIGINT AS rejected,
  min(problem) AS problem
FROM partial GROUP BY ALL)
"""  # noqa: S608
"""Cells of the parts' cells; of their examples the one with the least hash, as `scan` chooses."""


@dataclass(frozen=True, slots=True)
class Gathering:
    """What a task is told: how to locate, and where it writes; its memory, as DuckDB."""

    placing: Broadcast[Placing]
    folder: Folder
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
            "SELECT * EXCLUDE (outside, rejected, problem) FROM merged WHERE address IS NOT NULL"
        )
        name = self.folder.write(cells.to_arrow_reader(_BATCH), CELLS)
        if name is not None:
            addresses = found.connection.sql(
                "SELECT DISTINCT address FROM merged WHERE address IS NOT NULL"
            )
            locate = self.placing.value.locate
            placed = self.folder.write(map(locate, addresses.to_arrow_reader(_BATCH)), PLACED)
            yield rows(WRITTEN, cells=name, placed=placed)
