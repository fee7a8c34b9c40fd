"""The line of one request in the gateway's log, which may be larger than memory."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, BinaryIO

from regiongate.domain.errors import CannotRun

_PIECE = 1 << 20
"""So many bytes are read at once: whoever waits for the interpreter meanwhile waits for less than
a millisecond."""

_LONGEST = 1 << 19
"""A line is at most so long: Envoy takes 60 KiB of headers, and each byte may be written as six."""


def find_line(log: Path, request_id: str, newest: int | None = None) -> dict[str, Any]:
    """The line of a request; the newest, should an id have come twice.

    What the log does not have is looked for in the one before it, as rotation leaves it beside.
    `newest` is how many bytes are searched at most, from the end of both; None: all. Raises
    CannotRun where there is no such line, or it cannot be read.
    """
    before = log.with_name(f"{log.name}.1")
    logs = [path for path in (log, before) if path.exists()] or [log]
    left = newest
    for path in logs:
        try:
            found = _line_in(path, request_id, left)
            left = None if left is None else max(0, left - path.stat().st_size)
        except (OSError, ValueError) as error:
            raise CannotRun(f"the log {path} cannot be read: {error}") from error
        if found is not None:
            return found
    raise CannotRun(
        f"no request {request_id} in {' and '.join(map(str, logs))}: has its log been rotated away?"
    )


def _line_in(path: Path, request_id: str, newest: int | None) -> dict[str, Any] | None:
    needle = b'"request_id":' + json.dumps(request_id).encode()
    with path.open("rb") as file:
        size = file.seek(0, 2)
        place = _last(file, needle, size, 0 if newest is None else max(0, size - newest))
        if place is None:
            return None
        found: dict[str, Any] = json.loads(_around(file, place))
        return found


def _last(file: BinaryIO, needle: bytes, end: int, begin: int) -> int | None:
    """Where a text begins for the last time within a part of a file, read from its end."""
    while end > begin:
        start = max(begin, end - _PIECE)
        file.seek(start)
        # A piece reads on into the one after it, where the text may end.
        place = file.read(end - start + len(needle) - 1).rfind(needle)
        if place >= 0:
            return start + place
        end = start
    return None


def _around(file: BinaryIO, place: int) -> bytes:
    """The line that a place of a file is in."""
    start = max(0, place - _LONGEST)
    file.seek(start)
    text = file.read(place - start + _LONGEST)
    begin = text.rfind(b"\n", 0, place - start) + 1
    end = text.find(b"\n", place - start)
    return text[begin : end if end >= 0 else len(text)]
