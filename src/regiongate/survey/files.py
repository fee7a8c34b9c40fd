"""Which files a survey reads: files, globs, folders, `-`; and how each is compressed."""

from __future__ import annotations

import io
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

import pyarrow as pa

from regiongate.domain.errors import CannotRun

STDIN = "-"
_MAGIC = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd"}
_GLOB = frozenset("*?[")


@dataclass(frozen=True, slots=True)
class LogFile:
    """A file to read: its path, what messages call it, and its compression (gzip, zstd or none)."""

    path: Path
    name: str
    compression: str

    def open(self) -> BinaryIO:
        """Its bytes, decompressed. Raises OSError."""
        raw = self.path.open("rb")
        if self.compression == "none":
            return raw
        return cast(BinaryIO, io.BufferedReader(pa.CompressedInputStream(raw, self.compression)))


def log_files(said: Sequence[str], spool: Path) -> list[LogFile]:
    """The files that were named, each once, in the order of their paths; standard input last.

    A folder stands for all files below it, except hidden ones. Standard input is copied into
    `spool`, because it is looked at twice. Raises CannotRun for what is not there.
    """
    paths = {path: str(path) for one in said if one != STDIN for path in _paths(one)}
    found = [_log_file(path, paths[path]) for path in sorted(paths)]
    if STDIN in said:
        found.append(_log_file(_spooled(spool), "standard input"))
    return found


def _paths(said: str) -> Iterator[Path]:
    path = Path(said)
    if path.is_dir():
        found = [one for one in path.rglob("*") if one.is_file() and not _hidden(one, path)]
    elif path.exists():
        found = [path]
    elif _GLOB & set(said):
        root = Path(path.anchor) if path.is_absolute() else Path()
        pattern = path.relative_to(path.anchor) if path.is_absolute() else path
        found = [one for one in root.glob(str(pattern)) if one.is_file()]
    else:
        raise CannotRun(f"{said} is not there: name a file, a folder, a glob, or - for stdin")
    if not found:
        raise CannotRun(f"{said} holds no file: name a file, a folder, a glob, or - for stdin")
    yield from found


def _hidden(path: Path, root: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(root).parts)


def _log_file(path: Path, name: str) -> LogFile:
    try:
        with path.open("rb") as file:
            begin = file.read(4)
    except OSError as error:
        raise CannotRun(f"{name} cannot be read: {error.strerror}") from error
    packed = (kind for magic, kind in _MAGIC.items() if begin.startswith(magic))
    return LogFile(path, name, next(packed, "none"))


def _spooled(folder: Path) -> Path:
    path = folder / "stdin"
    with path.open("wb") as file:
        shutil.copyfileobj(sys.stdin.buffer, file, 1 << 20)
    return path
