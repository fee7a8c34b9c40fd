"""The requests and answers behind a row, as files."""

from __future__ import annotations

from pathlib import Path

from regiongate.conformance.exchange import Exchange
from regiongate.conformance.row import Row
from regiongate.domain.errors import CannotRun


def prepare(folder: Path) -> None:
    """Make the folder; `CannotRun` where it cannot be, or holds something already."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        taken = any(folder.iterdir())
    except OSError as error:
        raise CannotRun(f"--out {folder}: {error.strerror}; name another folder.") from error
    if taken:
        raise CannotRun(f"--out {folder} is not empty; name a new folder for each run.")


def write(folder: Path, row: Row) -> None:
    """One file for each exchange: `chat-1.http`. The key was masked when it was recorded."""
    for number, exchange in enumerate(row.exchanges, start=1):
        try:
            (folder / f"{row.check.name}-{number}.http").write_bytes(spelled(exchange))
        except OSError as error:
            raise CannotRun(f"--out {folder}: {error.strerror}; make room.") from error


def spelled(exchange: Exchange) -> bytes:
    """An exchange as text in the manner of HTTP/1.1, the body as it came."""
    asked = [f"{exchange.method} {exchange.url}", *_lines(exchange.sent_headers), "", ""]
    said = [f"status {exchange.status}", *_lines(exchange.headers)]
    if exchange.broken:
        said.append(f"not read to its end: {exchange.broken}")
    parts = ("\n".join(asked).encode(), exchange.sent, b"\n\n")
    return b"".join((*parts, "\n".join([*said, "", ""]).encode(), exchange.body, b"\n"))


def _lines(headers: tuple[tuple[str, str], ...]) -> list[str]:
    return [f"{name}: {value}" for name, value in headers]
