"""What is wrong with a MaxMind DB file."""

from __future__ import annotations

from regiongate.domain.errors import CannotRun


class MmdbError(CannotRun):
    """A file is not a valid MaxMind DB; the message names the file, the byte and the reason."""

    def __init__(self, file: str, place: int, reason: str) -> None:
        self.file = file
        self.place = place
        super().__init__(f"{file}: byte {place}: {reason}; fetch the file again")
