"""The files of a log that is rotated: which they are, and how each is told from the others.

A file is known by its first line, which the gateway never writes twice. So it is found again under
any name, at any inode, as a copy, and compressed.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

LONGEST_HEAD = 2**16
"""So much of a first line tells a file from others."""

COMPRESSED = ".gz"

DAMAGE = (OSError, EOFError, zlib.error)
"""What a compressed file raises that is damaged, or is only being written."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a file system says of a file; as long as it stays, the content does."""

    device: int
    inode: int
    size: int
    changed: int


def stamp(path: Path) -> Stamp | None:
    """The stamp of a file, None when there is none."""
    try:
        return _stamp(path.stat())
    except FileNotFoundError:
        return None


def stamp_of(file: BinaryIO) -> Stamp:
    """The stamp of an open file, which may have another name by now."""
    return _stamp(os.fstat(file.fileno()))


def _stamp(found: os.stat_result) -> Stamp:
    return Stamp(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)


def beside(log: Path) -> Iterator[Path]:
    """What rotation has made of a log: files named `LOG.…` and `LOG-…`, plain ones first."""
    begins = (f"{log.name}.", f"{log.name}-")
    found = [path for path in log.parent.iterdir() if path.name.startswith(begins)]
    for path in sorted(found, key=lambda path: (is_compressed(path), path.name)):
        if path.is_file():
            yield path


def opened(path: Path) -> BinaryIO | None:
    """A file of a log, decompressed where it is compressed; None when it has just gone."""
    try:
        if is_compressed(path):
            return cast("BinaryIO", gzip.open(path, "rb"))
        # A buffer would go on showing what has been cut off since.
        return cast("BinaryIO", path.open("rb", buffering=0))
    except FileNotFoundError:
        return None


def is_compressed(path: Path) -> bool:
    """Whether a file's name says that it is compressed."""
    return path.name.endswith(COMPRESSED)


def head(file: BinaryIO) -> bytes | None:
    """The first line with its end, or as much as counts; None while it is not complete."""
    file.seek(0)
    found = file.read(LONGEST_HEAD)
    end = found.find(b"\n") + 1
    if end:
        return found[:end]
    return found if len(found) == LONGEST_HEAD else None


def first_line(path: Path) -> bytes | None:
    """The first line of a file, as `head` reads it; None also when it is damaged or gone."""
    file = opened(path)
    if file is None:
        return None
    with file:
        try:
            return head(file)
        except DAMAGE:
            return None


def digest(first: bytes) -> str:
    """What a first line is called in the store: its SHA-256, in hexadecimal."""
    return hashlib.sha256(first).hexdigest()
