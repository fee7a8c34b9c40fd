"""Where logs lie that every machine of a cluster can read: paths, and URIs such as `s3://…`."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.fs as pafs

from regiongate.domain.errors import CannotRun
from regiongate.survey.files import STDIN, log_files

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_GLOB = re.compile(r"[*\[]")


@dataclass(frozen=True, slots=True)
class Stored:
    """A file: the root its file system is known by, its path there, its name in messages, bytes.

    An empty root is the machine's own file system.
    """

    root: str
    path: str
    name: str
    size: int

    @property
    def is_local(self) -> bool:
        """Whether a plain `open` reads it."""
        return self.root == "" or self.root.startswith("file:")

    @property
    def place(self) -> tuple[str, str]:
        """What tells it from other files."""
        return "" if self.is_local else self.root.partition(":")[0], self.path

    def open(self) -> pa.NativeFile:
        """Its bytes, at random. Raises OSError."""
        return filesystem(self.root).open_input_file(self.path)


def is_uri(said: str) -> bool:
    """Whether a place is written with a scheme."""
    return _SCHEME.match(said) is not None


def filesystem(root: str) -> pafs.FileSystem:
    """The file system that a URI leads to; CannotRun when there is none."""
    return _opened(root)[0] if root else pafs.LocalFileSystem()


def resolved(said: str) -> tuple[str, str]:
    """The root and the path that a place is known by; CannotRun for a scheme that is not known."""
    return (said, _opened(said)[1]) if is_uri(said) else ("", str(Path(said).absolute()))


def _opened(uri: str) -> tuple[pafs.FileSystem, str]:
    try:
        found: tuple[pafs.FileSystem, str] = pafs.FileSystem.from_uri(uri)
        return found
    except (OSError, ValueError, ImportError, pa.ArrowException) as error:
        known = "file://, s3://, gs://, abfs://, hdfs://, or fsspec+SCHEME:// with fsspec installed"
        raise CannotRun(f"{_shown(uri)} cannot be reached ({error}): it takes {known}") from error


def _shown(uri: str) -> str:
    """A URI without what may be a secret: the user and the options."""
    return re.sub(r"://[^/]*@", "://", uri.partition("?")[0])


def stored(said: Sequence[str]) -> list[Stored]:
    """The files that were named, each once, in the order of their names.

    A folder stands for all files below it, except hidden ones; `*` and `[…]` are patterns. Raises
    CannotRun for what is not there.
    """
    if STDIN in said:
        raise CannotRun(
            "standard input cannot be shared with a cluster: name files, or leave out --engine"
        )
    plain = [one for one in said if not is_uri(one)]
    found = list(_of_machine(plain)) if plain else []
    for one in said:
        if is_uri(one):
            found.extend(_of_uri(one))
    return sorted({one.place: one for one in found}.values(), key=_name)


def _name(one: Stored) -> str:
    return one.name


def _of_machine(said: Sequence[str]) -> Iterator[Stored]:
    for one in log_files(said, Path()):
        yield Stored("", str(one.path.absolute()), one.name, one.path.stat().st_size)


def _of_uri(uri: str) -> Iterator[Stored]:
    place, mark, options = uri.partition("?")
    glob = _GLOB.search(place)
    above = place if glob is None else place[: place.rindex("/", 0, glob.start())]
    root = above + mark + options
    system, path = _opened(root)
    pattern = None if glob is None else path + place[len(above) :]
    scheme = uri[: uri.index(":")]
    try:
        begin = system.get_file_info(path)
        if begin.type == pafs.FileType.File:
            infos = [begin]
        else:
            infos = system.get_file_info(pafs.FileSelector(path, recursive=True))
    except (OSError, pa.ArrowException) as error:
        raise CannotRun(f"{_shown(uri)} cannot be read: {error}") from error
    found = [info for info in infos if _is_meant(info, path, pattern)]
    if not found:
        raise CannotRun(f"{_shown(uri)} holds no file: name a file, a folder, or a glob")
    for info in found:
        yield Stored(root, info.path, f"{scheme}://{info.path}", info.size)


def _is_meant(info: pafs.FileInfo, root: str, pattern: str | None) -> bool:
    if info.type != pafs.FileType.File:
        return False
    if pattern is not None:
        # A star of a glob stays within its folder, as it does on a machine's own file system.
        parts, wanted = info.path.split("/"), pattern.split("/")
        return len(parts) == len(wanted) and all(map(fnmatch.fnmatchcase, parts, wanted))
    below = info.path[len(root) :].split("/")
    return not any(part.startswith(".") for part in below)
