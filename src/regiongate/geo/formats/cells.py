"""The columns of a block of lines: by Arrow where the block is plain, else line by line."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv

from regiongate.geo.formats.lines import Block
from regiongate.geo.formats.raw import Fault
from regiongate.geo.formats.rejects import Rejects
from regiongate.geo.formats.row import cells_of
from regiongate.geo.wide import Index

_QUOTE = ord('"')


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """The wanted columns of n rows as Arrow texts, and the numbers of their lines (int64[n])."""

    lines: Index
    texts: tuple[pa.StringArray, ...]


def columns(
    block: Block, places: Sequence[int], delimiter: str, shape: str, rejects: Rejects
) -> Columns:
    """The columns at these places, counted from 0; rows too short for them are rejected.

    `shape` says in words how a row is written, for the remedy.
    """
    texts = _by_arrow(block, places, delimiter)
    if texts is not None:
        return Columns(block.lines, texts)
    return _by_line(block, places, delimiter, shape, rejects)


def _by_arrow(
    block: Block, places: Sequence[int], delimiter: str
) -> tuple[pa.StringArray, ...] | None:
    """The columns, or None when the block is not plain enough for every reader to agree on it."""
    if not _plainly_quoted(block.text, delimiter):
        return None
    names = [f"f{place}" for place in places]
    distinct = list(dict.fromkeys(names))
    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(block.text),
            read_options=arrow_csv.ReadOptions(
                autogenerate_column_names=True, use_threads=False, block_size=len(block.text) + 1
            ),
            parse_options=arrow_csv.ParseOptions(delimiter=delimiter),
            convert_options=arrow_csv.ConvertOptions(
                include_columns=distinct,
                column_types=dict.fromkeys(distinct, pa.string()),
                check_utf8=False,
            ),
        )
    except pa.ArrowException:  # Rows of several lengths, or too few columns.
        return None
    if table.num_rows != block.lines.size:
        return None
    return tuple(table.column(name).combine_chunks() for name in names)


def _plainly_quoted(text: bytes, delimiter: str) -> bool:
    """Whether every quote stands at an edge of a cell, where all readers of CSV read it alike."""
    if b'"' not in text:
        return True
    array = np.frombuffer(b"\n" + text + b"\n", dtype=np.uint8)
    quotes = np.flatnonzero(array == _QUOTE)
    edge = np.zeros(256, dtype=np.bool_)
    edge[[ord("\n"), ord(delimiter)]] = True
    before, after = edge[array[quotes - 1]], edge[array[quotes + 1]]
    return bool(quotes.size % 2 == 0 and before[::2].all() and after[1::2].all())


def _by_line(
    block: Block, places: Sequence[int], delimiter: str, shape: str, rejects: Rejects
) -> Columns:
    most = max(places)
    lines: list[int] = []
    found: list[list[str]] = []
    texts = block.text.decode("utf-8").split("\n")[:-1]
    for line, text in zip(block.lines.tolist(), texts, strict=True):
        try:
            cells = cells_of(text, delimiter)
        except csv.Error as error:
            rejects.add(line, Fault("csv", str(error), "mend the quotes"))
            continue
        if len(cells) <= most:
            count = f"{len(cells)} column{'s' if len(cells) > 1 else ''}"
            rejects.add(line, Fault("columns", count, f"write {shape}"))
            continue
        lines.append(line)
        found.append([cells[place] for place in places])
    parts = list(zip(*found, strict=True)) or [()] * len(places)
    return Columns(
        np.array(lines, dtype=np.int64), tuple(pa.array(part, pa.string()) for part in parts)
    )
