"""The lines of a text file in blocks of a few megabytes, so that array work stays in bounds.

A line ends with LF, CR LF or CR, and a row is a line: a quoted cell never reaches over its end.
Comments begin with `#` at the beginning of a line.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from regiongate.domain.errors import Problem
from regiongate.geo.source import SourceError
from regiongate.geo.wide import Flags, Index

BLOCK = 4 << 20
LONGEST_LINE = 1 << 16
_BOM = b"\xef\xbb\xbf"
_LF, _HASH, _SPACE, _TAB = b"\n# \t"


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Some lines without the blank ones and the comments: UTF-8, each line ended by LF.

    `lines` (int64[n]) are their numbers in the file, counted from 1.
    """

    text: bytes
    lines: Index


def blocks(content: bytes, file: str, size: int = BLOCK) -> Iterator[Block]:
    """All lines of the content in order, in blocks of about `size` bytes.

    Raises SourceError at a NUL, at what is not UTF-8, and at a line past all sense.
    """
    content = _plain(content, file)
    begin, line = 0, 1
    while begin < len(content):
        end = _end(content, begin, size)
        text = content[begin:end]
        text = text if text.endswith(b"\n") else text + b"\n"
        ends = np.flatnonzero(np.frombuffer(text, dtype=np.uint8) == _LF)
        starts = np.append(0, ends[:-1] + 1)
        long = np.flatnonzero(ends - starts > LONGEST_LINE)
        if long.size:
            message = f"a line of more than {LONGEST_LINE} bytes"
            raise _at(file, line + int(long[0]), "long-line", message, "fetch the file again")
        _check_encoding(text, line, file)
        yield _block(text, starts, ends, line)
        begin, line = end, line + ends.size


def numbered(content: bytes, file: str) -> Iterator[tuple[int, str]]:
    """Each line that says something with its number; raises as `blocks` does."""
    for block in blocks(content, file):
        yield from zip(block.lines.tolist(), block.text.decode("utf-8").split("\n"), strict=False)


def head(content: bytes, count: int, file: str) -> list[str]:
    """The first lines that are neither blank nor comments, at most `count`."""
    if len(content) > BLOCK:
        content = content[: content.rfind(b"\n", 0, BLOCK) + 1 or BLOCK]
    for block in blocks(content, file):
        return block.text.decode("utf-8", errors="replace").split("\n")[:-1][:count]
    return []


def _plain(content: bytes, file: str) -> bytes:
    nul = content.find(b"\0")
    if nul >= 0:
        line = content.count(b"\n", 0, nul) + 1
        remedy = "save the file as UTF-8 text, or name the format if it is no text"
        raise _at(file, line, "nul", "a NUL byte, which no text holds", remedy)
    content = content.removeprefix(_BOM)
    if b"\r" in content:
        content = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return content


def _end(content: bytes, begin: int, size: int) -> int:
    """Where the block ends that begins there: behind a line, which a huge one makes larger."""
    if len(content) - begin <= size:
        return len(content)
    behind = content.rfind(b"\n", begin, begin + size) + 1
    return behind or content.find(b"\n", begin + size) + 1 or len(content)


def _check_encoding(text: bytes, line: int, file: str) -> None:
    if text.isascii():
        return
    try:
        text.decode("utf-8")
    except UnicodeDecodeError as error:
        line += text.count(b"\n", 0, error.start)
        message = f"the byte 0x{text[error.start]:02x} is not UTF-8"
        raise _at(file, line, "encoding", message, "save the file as UTF-8") from None


def _block(text: bytes, starts: Index, ends: Index, line: int) -> Block:
    said = _says_something(text, starts, ends)
    if said.all():
        return Block(text, np.arange(line, line + starts.size))
    kept = np.repeat(said, ends - starts + 1)
    lines = line + np.flatnonzero(said)
    return Block(np.frombuffer(text, dtype=np.uint8)[kept].tobytes(), lines)


def _says_something(text: bytes, starts: Index, ends: Index) -> Flags:
    first = np.frombuffer(text, dtype=np.uint8)[starts]
    said: Flags = (first != _LF) & (first != _HASH)
    for row in np.flatnonzero((first == _SPACE) | (first == _TAB)):
        line = text[starts[row] : ends[row]].strip()
        said[row] = bool(line) and not line.startswith(b"#")
    return said


def _at(file: str, line: int, code: str, message: str, remedy: str) -> SourceError:
    return SourceError([Problem(file, line, 1, code, message, remedy)])
