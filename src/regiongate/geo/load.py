"""A source from a file on disk: its format found out, its content digested, its rows read."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from regiongate.geo.formats import FORMATS
from regiongate.geo.mmdb.metadata import LARGEST_METADATA, MARKER
from regiongate.geo.source import Source, SourceTable, file_error
from regiongate.geo.votes import table_of

_GZIP_MAGIC = b"\x1f\x8b"


def load_source(
    path: Path,
    *,
    name: str | None = None,
    version: str = "",
    date: date | None = None,
    licence: str = "",
    origin: str = "",
    format: str | None = None,
    fields: Sequence[str] | None = None,
) -> SourceTable:
    """Reads a source file, compressed with gzip or not.

    `name` is by default the file's name up to the first dot, `date` what the file says of itself,
    `format` what its content looks like; `fields` name the field of the region in a MaxMind DB.
    Raises SourceError, MmdbError, or OSError when the file cannot be opened.
    """
    content = content_of(path)
    if format is None:
        format = format_of(content)
    if format not in FORMATS:
        known = ", ".join(FORMATS)
        raise file_error(str(path), "format", f"{format!r} is no format", f"write one of: {known}")
    raw = FORMATS[format](content, str(path), fields)
    if not raw.labels:
        raise file_error(str(path), "empty", "the file says nothing", "fetch it again")
    made_on = date or raw.date
    if made_on is None:
        message = "the file does not say when its data was made"
        raise file_error(str(path), "no-date", message, "give the date of the source")
    source = Source(
        name=name or path.name.split(".")[0],
        version=version or made_on.isoformat(),
        date=made_on,
        licence=licence,
        origin=origin,
        digest=hashlib.sha256(content).hexdigest(),
        format=format,
        path=path,
    )
    return table_of(source, raw)


def content_of(path: Path) -> bytes:
    """The content of a file, decompressed when it is gzip; SourceError when that is damaged."""
    content = path.read_bytes()
    if not content.startswith(_GZIP_MAGIC):
        return content
    try:
        return gzip.decompress(content)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise file_error(str(path), "gzip", f"damaged gzip: {error}", "fetch it again") from None


def format_of(content: bytes) -> str:
    """What the content looks like: a MaxMind DB has its marker, a network has a slash."""
    if MARKER in content[-LARGEST_METADATA:]:
        return "mmdb"
    head = content[:65536].decode("utf-8", errors="replace").splitlines()
    lines = [line for line in head if line and not line.startswith("#")]
    if any("/" in line.split(",")[0] for line in lines[:2]):
        return "csv-networks"
    return "tor-geoip" if any("IPFire" in line for line in head[:20]) else "csv-ranges"
