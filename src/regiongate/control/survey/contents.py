"""The content of a log file, decompressed: what tells it from others, whatever its name is."""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path

import pyarrow as pa

from regiongate.domain.errors import CannotRun
from regiongate.store.files import SavedFile
from regiongate.survey import rotation
from regiongate.survey.files import LogFile, log_files

_BLOCK = 2**20


def content_of(file: LogFile, at: datetime) -> SavedFile:
    """A file as the store would note it at an instant. Raises CannotRun when it cannot be read."""
    digest, length, begin = hashlib.sha256(), 0, b""
    try:
        with file.open() as content:
            while block := content.read(_BLOCK):
                begin = begin or block[: rotation.LONGEST_HEAD]
                digest.update(block)
                length += len(block)
    except (OSError, pa.ArrowException) as error:
        raise CannotRun(f"{file.name} cannot be read ({error}): is the file whole?") from error
    first = begin[: begin.find(b"\n") + 1] or begin
    return SavedFile(digest.hexdigest(), rotation.digest(first), length, file.name, at)


def length_of(path: Path) -> int:
    """How long a file is, decompressed."""
    found = _file(path)
    return path.stat().st_size if found.compression == "none" else _read(found)


def _file(path: Path) -> LogFile:
    # The second folder is for standard input, which this is not.
    return log_files([str(path)], path.parent)[0]


def _read(file: LogFile) -> int:
    length = 0
    with file.open() as content:
        while block := content.read(_BLOCK):
            length += len(block)
    return length


def begins_with(path: Path, saved: SavedFile) -> bool:
    """Whether a file begins with the whole content that was saved, byte for byte."""
    digest, left = hashlib.sha256(), saved.bytes
    with _file(path).open() as content:
        while left and (block := content.read(min(left, _BLOCK))):
            digest.update(block)
            left -= len(block)
    return not left and digest.hexdigest() == saved.digest
