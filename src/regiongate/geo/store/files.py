"""Files that are on the disk when the call returns, and errors that say which one is not."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from regiongate.domain.errors import CannotRun


def put(path: Path, content: bytes) -> None:
    """Write a file beside its place and rename it there: a reader sees the old one or the new."""
    half = path.with_name(f".{path.name}.half")
    with half.open("wb") as handle:
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())
    half.replace(path)
    sync_folder(path.parent)


def move(folder: Path, home: Path) -> None:
    """Rename a folder to its place, in which nothing is yet."""
    sync_folder(folder)
    folder.rename(home)
    sync_folder(home.parent)


def sync_file(path: Path) -> None:
    """Make sure that the content of a file survives a loss of power."""
    with path.open("rb") as handle:
        os.fsync(handle.fileno())


def sync_folder(folder: Path) -> None:
    """Make sure that the names in a folder survive a loss of power."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def writing(where: Path) -> Iterator[None]:
    """Turn what the system says into a sentence; CannotRun."""
    try:
        yield
    except OSError as error:
        # A file that the caller named is told by its own name.
        at = error.filename if isinstance(error.filename, str) else where
        message = f"the store of sources {where} cannot be written: {at}: {error.strerror}"
        raise CannotRun(message) from error
