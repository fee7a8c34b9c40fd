"""A piece of a log, brought to a file of its own on the machine that reads it."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from regiongate.survey.files import LogFile
from regiongate.survey.formats.format import Format, Reader, quoted
from regiongate.survey.scan import Log
from regiongate.survey.spark.pieces import Piece, line_at

_CHUNK = 8 * 2**20


def fetch(piece: Piece, to: Path) -> Log:
    """The piece as a log. Raises OSError when it cannot be read."""
    if piece.is_whole and piece.file.is_local:
        return _log(piece, Path(piece.file.path))
    with piece.file.open() as content:
        if piece.format.reader is Reader.PARQUET:
            _row_groups(piece, content, to)
        elif piece.is_whole:
            _copy(content, to, 0, piece.end)
        else:
            size = piece.file.size
            _copy(
                content, to, line_at(content, piece.begin, size), line_at(content, piece.end, size)
            )
    return _log(piece, to)


def _log(piece: Piece, path: Path) -> Log:
    return Log(LogFile(path, piece.file.name, piece.compression), piece.format)


def _copy(content: pa.NativeFile, to: Path, begin: int, end: int) -> None:
    with to.open("wb") as file:
        while begin < end:
            chunk = content.read_at(min(_CHUNK, end - begin), begin)
            if not chunk:
                raise OSError("the file has become shorter")
            file.write(chunk)
            begin += len(chunk)


def _row_groups(piece: Piece, content: pa.NativeFile, to: Path) -> None:
    """The row groups that begin in a piece, with those columns only that the format reads."""
    parquet = pq.ParquetFile(content)
    meta = parquet.metadata
    begins = [_begin(meta.row_group(group)) for group in range(meta.num_row_groups)]
    groups = [number for number, at in enumerate(begins) if piece.begin <= at < piece.end]
    wanted = _read_columns(parquet.schema_arrow, piece.format)
    schema = pa.schema([parquet.schema_arrow.field(name) for name in wanted])
    with pq.ParquetWriter(to, schema, compression="none", use_dictionary=False) as writer:
        for group in groups:
            writer.write_table(parquet.read_row_group(group, columns=wanted).cast(schema))


def _begin(group: pq.RowGroupMetaData) -> int:
    column = group.column(0)
    first = column.dictionary_page_offset
    return int(column.data_page_offset if first is None else first)


def _read_columns(schema: pa.Schema, form: Format) -> list[str]:
    said = " ".join(form.columns.values())
    return [name for name in schema.names if quoted(name) in said]
