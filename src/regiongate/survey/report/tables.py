"""A statement's rows as Parquet and as CSV: the same rows, the same bytes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet

from regiongate.survey.report.spreadsheet import harmless

_ROWS = 1 << 16
"""Rows of a piece. Pieces are cut anew, so that files do not depend on how the database cuts."""


def write_table(database: duckdb.DuckDBPyConnection, sql: str, parquet: Path, csv: Path) -> int:
    """Writes the rows of a statement to both files; returns how many there are. Raises OSError."""
    reader = cast(pa.RecordBatchReader, database.sql(sql).to_arrow_reader(_ROWS))
    as_text = _texts(pa.Table.from_batches([], reader.schema)).schema
    total = 0
    with (
        pyarrow.parquet.ParquetWriter(parquet, reader.schema, compression="zstd") as to_parquet,
        pyarrow.csv.CSVWriter(csv, as_text) as to_csv,
    ):
        for piece in _pieces(reader):
            to_parquet.write_table(piece)
            to_csv.write_table(_texts(piece))
            total += piece.num_rows
    return total


def _pieces(reader: pa.RecordBatchReader) -> Iterator[pa.Table]:
    """The rows in pieces of one size, the last one perhaps smaller."""
    held = pa.Table.from_batches([], reader.schema)
    for batch in reader:
        held = pa.concat_tables([held, pa.Table.from_batches([batch])])
        while held.num_rows >= _ROWS:
            yield held.slice(0, _ROWS).combine_chunks()
            held = held.slice(_ROWS)
    if held.num_rows:
        yield held.combine_chunks()


def _texts(table: pa.Table) -> pa.Table:
    """The rows as CSV has them: instants in UTC, lists as words, no cell that is a formula."""
    columns = {name: _text(table[name]) for name in table.column_names}
    return pa.table(columns)


def _text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    kind = column.type
    if pa.types.is_timestamp(kind):
        return pc.strftime(column.cast(pa.timestamp("s", "UTC"), safe=False), "%Y-%m-%dT%H:%M:%SZ")
    if pa.types.is_list(kind):
        # A list is empty rather than null, and no element is null.
        column = pc.binary_join(column.cast(pa.list_(pa.string())), "; ")
    if not pa.types.is_string(column.type):
        return column
    encoded = column.combine_chunks().dictionary_encode()
    words = [harmless(word) for word in encoded.dictionary.to_pylist()]
    return pa.chunked_array([pa.array(words, pa.string()).take(encoded.indices)])
