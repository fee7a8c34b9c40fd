"""The mails of an mbox file, a Maildir, or a folder of `.eml` files, as bytes, one at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from regiongate.domain.errors import CannotRun

LARGEST = 4 << 20
"""A report about one of our letters has some kilobytes; what is larger is not read."""


_BEGINNING = re.compile(rb"From \S+ .*[0-9]{2}:[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail as it lies there.

    `content` is None where it is larger than LARGEST, or could not be read: `trouble` says why.
    """

    name: str
    content: bytes | None
    trouble: str = ""


def mails(path: Path) -> Iterator[Mail]:
    """Every mail, in the order of names or of the file; CannotRun where there is no mailbox."""
    if path.is_file():
        yield from _mbox(path)
    elif (path / "new").is_dir() and (path / "cur").is_dir():
        found = [file for part in ("cur", "new") for file in (path / part).iterdir()]
        yield from _files(found, path)
    elif path.is_dir():
        yield from _files(list(path.glob("*.eml")), path)
    else:
        raise CannotRun(f"{path} is no mailbox: name an mbox file, a Maildir or a folder of .eml")


def _files(found: list[Path], folder: Path) -> Iterator[Mail]:
    for file in sorted(found):
        name = str(file.relative_to(folder))
        if not file.is_file():
            yield Mail(name, None, "it is not a file")
            continue
        try:
            with file.open("rb") as stream:
                content = stream.read(LARGEST + 1)
        except OSError as error:
            yield Mail(name, None, error.strerror or "it cannot be read")
        else:
            yield Mail(name, content if len(content) <= LARGEST else None)


def _mbox(path: Path) -> Iterator[Mail]:
    """The mails of an mbox file: after an empty line, `From who when` begins each (RFC 4155)."""
    try:
        with path.open("rb") as stream:
            yield from mails_in(stream, path.name)
    except OSError as error:
        raise CannotRun(f"{path} cannot be read: {error.strerror}") from error


def mails_in(stream: BinaryIO, name: str) -> Iterator[Mail]:
    """The mails of what is written as an mbox file, each with a number after the name."""
    lines: list[bytes] = []
    size, number, after_empty = 0, 0, True
    while line := stream.readline(LARGEST):
        if after_empty and _BEGINNING.match(line):
            if number:
                yield _mail(name, number, lines, size)
            lines, size, number = [], 0, number + 1
        else:
            number = number or 1
            size += len(line)
            # What is too large is counted and not kept.
            if size <= LARGEST:
                lines.append(line)
        after_empty = line in (b"\n", b"\r\n")
    if number:
        yield _mail(name, number, lines, size)


def _mail(name: str, number: int, lines: list[bytes], size: int) -> Mail:
    whole = b"".join(line[1:] if line.startswith(b">From ") else line for line in lines)
    return Mail(f"{name}#{number}", whole if size <= LARGEST else None)
