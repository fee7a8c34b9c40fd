"""Files as they are shipped: plain, in gzip, in a tar in gzip, or in a zip; read in memory.

Nothing is ever unpacked to disk, so a member's name cannot lead anywhere, and nothing grows past
a limit, however small the file that it comes from.
"""

from __future__ import annotations

import io
import tarfile
import zipfile
import zlib
from gzip import BadGzipFile, GzipFile
from pathlib import Path
from typing import IO

from regiongate.geo.source import SourceError, file_error

LARGEST_CONTENT = 2 << 30
"""Two gigabytes; the largest of the free sources, a CSV of cities, has half of that."""
MOST_MEMBERS = 1000
_PIECE = 4 << 20
GZIP_MAGIC, ZIP_MAGIC = b"\x1f\x8b", b"PK\x03\x04"
_TAR_MAGIC, _TAR_MAGIC_AT = b"ustar", 257
_WANTED = (".mmdb", ".csv")
_NOTES = ("license", "licence", "copyright", "readme")


def content_of(path: Path, limit: int = LARGEST_CONTENT) -> bytes:
    """The content of a file, unpacked where it is gzip, a tar or a zip with one file of data.

    A zip of several files that belong together stays as it is. Raises SourceError when the file
    is damaged, past the limit or holds no such file, OSError when it cannot be opened.
    """
    with path.open("rb") as opened:
        content = _at_most(limit, opened, str(path))
    file = str(path)
    if content.startswith(GZIP_MAGIC):
        content = _gunzip(content, limit, file)
        if content[_TAR_MAGIC_AT:].startswith(_TAR_MAGIC):
            return _from_tar(content, file)
    if content.startswith(ZIP_MAGIC):
        names = zip_names(content, file)
        if not belong_together(names):
            return zip_member(content, _only(names, file), file, limit)
    return content


def belong_together(names: list[str]) -> bool:
    """Whether a zip is one of MaxMind's CSV zips: files of blocks, and perhaps of locations."""
    return any("-Blocks-IPv" in name for name in names)


def zip_names(content: bytes, file: str) -> list[str]:
    """The names of the files in a zip; SourceError when it is damaged or has too many."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as opened:
            names = [info.filename for info in opened.infolist() if not info.is_dir()]
    except (zipfile.BadZipFile, ValueError, OverflowError, EOFError, NotImplementedError) as error:
        raise _damaged("zip", error, file) from None
    if len(names) > MOST_MEMBERS:
        raise file_error(file, "zip", f"a zip of {len(names)} files", "give the source alone")
    return names


def zip_member(content: bytes, name: str, file: str, limit: int = LARGEST_CONTENT) -> bytes:
    """One file of a zip, checked by its sum; SourceError when it is damaged or past the limit."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as opened, opened.open(name) as member:
            return _at_most(limit, member, file)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        ValueError,
        OverflowError,
        RuntimeError,  # A member behind a password, or compressed in a way that is not known.
    ) as error:
        raise _damaged("zip", error, file) from None


def _gunzip(content: bytes, limit: int, file: str) -> bytes:
    try:
        with GzipFile(fileobj=io.BytesIO(content)) as opened:
            return _at_most(limit, opened, file)
    except (EOFError, BadGzipFile, zlib.error) as error:
        raise _damaged("gzip", error, file) from None


def _from_tar(content: bytes, file: str) -> bytes:
    """The one file of data in a tar; links, devices and files with holes are none."""
    members: dict[str, tarfile.TarInfo] = {}
    try:
        with tarfile.open(fileobj=io.BytesIO(content), mode="r:") as opened:
            for info in opened:
                if info.isreg() and not info.issparse():
                    members[info.name] = info
                if len(members) > MOST_MEMBERS:
                    break
            member = opened.extractfile(members[_only(list(members), file)])
            return b"" if member is None else member.read()
    except (tarfile.TarError, ValueError, OverflowError, EOFError) as error:
        raise _damaged("tar", error, file) from None


def _only(names: list[str], file: str) -> str:
    """The one name of a file of data."""
    data = [name for name in names if name.lower().endswith(_WANTED)]
    data = data or [name for name in names if not _is_note(name)]
    if len(data) != 1:
        held = ", ".join(repr(name) for name in names[:5]) or "nothing"
        message = f"the archive holds {held}, and not one file of data"
        raise file_error(file, "archive", message, "unpack it and give the file that is meant")
    return data[0]


def _is_note(name: str) -> bool:
    return name.rpartition("/")[2].lower().startswith(_NOTES)


def _at_most(limit: int, opened: IO[bytes] | GzipFile, file: str) -> bytes:
    """All that there is to read, in pieces, for one large read would claim its memory at once."""
    found = io.BytesIO()
    while piece := opened.read(_PIECE):
        if found.tell() + len(piece) > limit:
            message = f"more than {limit} bytes when unpacked"
            raise file_error(file, "too-large", message, "fetch it again: no source is as large")
        found.write(piece)
    return found.getvalue()


def _damaged(kind: str, error: Exception, file: str) -> SourceError:
    return file_error(file, kind, f"damaged {kind}: {error}", "fetch it again")
