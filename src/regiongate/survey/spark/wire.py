"""What travels between the tasks: the columns, and their types as Spark writes them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyarrow as pa

from regiongate.survey.cells import CELLS

PARTIAL = pa.schema(
    [
        *CELLS,
        pa.field("outside", pa.int64()),
        pa.field("rejected", pa.int64()),
        pa.field("problem", pa.string()),
    ]
)
"""Partial cells of a task's pieces (`scan.scan`); and one row without address that counts its rows.

In that row `requests` are all rows that were read, `outside` those beyond the span, `rejected`
those that were rejected before any locating; `problem` says why pieces could not be read.
"""

WRITTEN = pa.schema(
    [
        pa.field("cells", pa.string()),
        pa.field("placed", pa.string()),
        pa.field("lines", pa.int64()),
        pa.field("outside", pa.int64()),
        pa.field("rejected", pa.int64()),
        pa.field("problem", pa.string()),
    ]
)
"""What a task that gathers has written: names of files in the work folder, and counts."""

_SPARK_TYPES = {
    pa.string(): "STRING",
    pa.int64(): "BIGINT",
    pa.date32(): "DATE",
    CELLS.field("first").type: "TIMESTAMP",
}


def spark_schema(schema: pa.Schema) -> str:
    """A schema in Spark's language."""
    return ", ".join(f"`{field.name}` {_SPARK_TYPES[field.type]}" for field in schema)


def as_schema(batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    """Batches as a schema has them: Spark marks every column as one that may be null."""
    for batch in batches:
        yield pa.RecordBatch.from_arrays(
            [column.cast(field.type) for column, field in zip(batch.columns, schema, strict=True)],
            schema=schema,
        )


def rows(schema: pa.Schema, **said: object) -> pa.RecordBatch:
    """One row, null in what is not said."""
    return pa.RecordBatch.from_pylist([said], schema=schema)
