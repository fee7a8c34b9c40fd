"""Letters as `.eml` files, to be read before anything is sent."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from regiongate.domain.errors import CannotRun
from regiongate.notify.letter import Letter


def write(letters: Iterable[Letter], folder: Path) -> list[Path]:
    """One file for each letter, named after its notice, with the bytes that would be sent.

    Raises CannotRun where the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return [_written(letter, folder) for letter in letters]
    except OSError as error:
        raise CannotRun(f"{folder} cannot be written: {error.strerror}") from error


def _written(letter: Letter, folder: Path) -> Path:
    path = folder / f"{letter.notice}.eml"
    path.write_bytes(letter.message)
    return path
