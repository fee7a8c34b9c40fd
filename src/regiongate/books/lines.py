"""The lines of a file, one after the other, with the digest of all that was read."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

from regiongate.books.wrong import Problems, Wrong
from regiongate.domain.errors import CannotRun

LONGEST = 2**20
"""Bytes of the longest line that is read: an organization with some ten thousand keys."""

_BOM = b"\xef\xbb\xbf"
_TOLD_EVERY = 1 << 12


class Lines:
    """The lines of one file that are UTF-8 and not too long; the others are noted as problems.

    `number` and `text` are those of the line that was given last. `hear` is told from time to
    time how many bytes have been read.
    """

    def __init__(self, path: Path, problems: Problems, hear: Callable[[int], None]) -> None:
        self.file = str(path)
        self.number = 0
        self.text = ""
        self.bytes = 0
        self._path = path
        self._problems = problems
        self._hear = hear
        self._digest = hashlib.sha256()

    @property
    def digest(self) -> str:
        """The SHA-256 digest of what has been read, hexadecimal."""
        return self._digest.hexdigest()

    def report(self, column: int, wrong: Wrong) -> None:
        """Note what is wrong in the line that was given last."""
        self._problems.report(self.file, max(self.number, 1), column, wrong)

    def __iter__(self) -> Iterator[str]:
        """Each with its line end. Raises CannotRun when the file cannot be read."""
        try:
            with self._path.open("rb") as file:
                while data := file.readline(LONGEST + 1):
                    self._count(data)
                    if len(data) > LONGEST:
                        self._too_long()
                        return
                    if self._decoded(data):
                        yield self.text
        except (OSError, ValueError) as error:
            # A path with a null character raises ValueError.
            raise CannotRun(f"The file {self.file} cannot be read: {error}") from error

    def _count(self, data: bytes) -> None:
        self.number += 1
        self.bytes += len(data)
        self._digest.update(data)
        if self.number % _TOLD_EVERY == 0:
            self._hear(self.bytes)

    def _too_long(self) -> None:
        self.text = ""
        remedy = "cut what is told of one organization, or look for the line end that is missing"
        message = f"The line is longer than {LONGEST // 2**20} MiB, and reading stopped here"
        self.report(1, Wrong("too-long", message, remedy))

    def _decoded(self, data: bytes) -> bool:
        # Spreadsheets write a byte order mark.
        data = data.removeprefix(_BOM) if self.number == 1 else data
        try:
            self.text = data.decode()
        except UnicodeDecodeError as error:
            column = len(data[: error.start].decode(errors="ignore")) + 1
            wrong = Wrong("bad-encoding", "The text is not UTF-8", "save the file as UTF-8")
            self.report(column, wrong)
            return False
        return True
