"""Letters as `.eml` files, to be read before anything is sent."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from regiongate.domain.errors import CannotRun


def write(letters: Iterable[tuple[str, bytes]], folder: Path) -> list[Path]:
    """One file for each letter, named by the id of its notice, with the bytes that would be sent.

    Raises CannotRun where the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return [_written(folder / f"{notice}.eml", message) for notice, message in letters]
    except OSError as error:
        raise CannotRun(f"{folder} cannot be written: {error.strerror}") from error


def _written(path: Path, message: bytes) -> Path:
    path.write_bytes(message)
    return path
