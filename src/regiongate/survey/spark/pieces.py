"""Logs cut into pieces that one task reads: ranges of lines, row groups, or whole files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa

from regiongate.survey.formats.format import Format, Reader
from regiongate.survey.spark.storage import Stored

PIECE = 128 * 2**20
"""So many bytes make a task, if they can be cut: about a second or two of one core."""

_CHUNK = 2**16


@dataclass(frozen=True, slots=True)
class Piece:
    """What one task reads of a file: bytes `begin` to `end`.

    A line belongs to the piece in which it begins, a row group of Parquet to that in which its
    data begin.
    """

    file: Stored
    format: Format
    compression: str
    begin: int
    end: int

    @property
    def is_whole(self) -> bool:
        """Whether it is all of the file."""
        return self.begin == 0 and self.end == self.file.size


Task = tuple[Piece, ...]


def cut(file: Stored, form: Format, compression: str, size: int) -> Iterator[Piece]:
    """The pieces of a file. What is compressed cannot be cut, nor can CSV.

    A quoted value of CSV may hold the end of a line, so nobody can begin to read in the middle.
    """
    whole = form.reader is Reader.CSV or compression != "none"
    step = max(file.size, 1) if whole else size
    for begin in range(0, file.size, step):
        yield Piece(file, form, compression, begin, min(begin + step, file.size))


def tasks(pieces: Sequence[Piece], size: int) -> list[Task]:
    """Pieces in tasks of about `size` bytes, the longest first, so that none ends alone."""
    found: list[list[Piece]] = []
    room = 0
    for piece in pieces:
        length = piece.end - piece.begin
        if length > room:
            found.append([])
            room = size
        found[-1].append(piece)
        room -= length
    return sorted(map(tuple, found), key=lambda task: -sum(one.end - one.begin for one in task))


def line_at(content: pa.NativeFile, position: int, size: int) -> int:
    """Where the first line begins at or behind a byte; `size`, the file's, if there is none."""
    if position == 0:
        return 0
    at = position - 1
    while at < size:
        chunk = content.read_at(min(_CHUNK, size - at), at)
        found: int = chunk.find(b"\n")
        if found >= 0:
            return at + found + 1
        at += len(chunk)
    return size
