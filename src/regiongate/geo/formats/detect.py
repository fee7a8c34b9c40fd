"""What a file's content looks like; its name says nothing."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from ipaddress import ip_address, ip_network

from regiongate.domain.region import is_region_shape, is_subdivision
from regiongate.geo.formats.archive import ZIP_MAGIC
from regiongate.geo.formats.lines import head
from regiongate.geo.formats.rejects import shown
from regiongate.geo.formats.row import REFERENCE, cells_of, is_heading
from regiongate.geo.mmdb.metadata import LARGEST_METADATA, MARKER
from regiongate.geo.source import file_error

LOOKED_AT = 100
"""Lines that are looked at; one that is right among them is enough."""

_COMMENTS = 4096
_BEGINNING = 1024
_PAGE = re.compile(rb"\s*<(!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_CONTROL = re.compile(rb"[\x01-\x08\x0e-\x1f]")
_RIR = re.compile(r"[0-9.]+\|[a-z]+\|[^|]*\|[0-9]+\|[0-9]*\|[0-9]*\|")


def format_of(content: bytes, file: str) -> str:
    """The format, a key of `FORMATS`; SourceError when the content looks like none of them."""
    if MARKER in content[-LARGEST_METADATA:]:
        return "mmdb"
    if content.startswith(ZIP_MAGIC):
        return "geolite2-csv"
    _require_text(content[:_BEGINNING], file)
    lines = [line.strip() for line in head(content, LOOKED_AT, file)]
    lines = [line for line in lines if not line.startswith(";")]
    if not lines:
        raise file_error(file, "empty", "the file says nothing", "fetch it again")
    if _RIR.match(lines[0]):
        return "rir"
    if lines[0].startswith(("net:", "aut-num:")):
        return "ipfire"
    found = _of_rows(lines, file)
    if found == "csv-ranges" and b"IPFire" in content[:_COMMENTS]:
        return "tor-geoip"
    return found


def _require_text(beginning: bytes, file: str) -> None:
    """Tell what came instead of a source, where its first bytes give it away."""
    if _PAGE.match(beginning.removeprefix(b"\xef\xbb\xbf")):
        message = "a web page, and no file of a source"
        remedy = "look at the address that it came from, which may want an account"
        raise file_error(file, "page", message, remedy)
    if b"\0" in beginning and _CONTROL.search(beginning):
        message = "neither text nor a MaxMind DB with its end: the file is cut off"
        raise file_error(file, "cut-off", f"{message}, or none of a source", "fetch it again")


def _of_rows(lines: Sequence[str], file: str) -> str:
    delimiter = "\t" if "\t" in lines[0] else ","
    rows = [row for row in (_cells(line, delimiter) for line in lines) if row]
    if rows and len(rows[0]) > 1 and is_heading(rows[0]):
        return _under_heading(rows, file)
    found = next((name for name in map(_of_row, rows) if name is not None), None)
    if found is None:
        message = f"the content looks like no format of a source: {shown(lines[0])}"
        raise file_error(file, "format", message, "look at the file, or name its format")
    return "geofeed" if found == "csv-networks" and _is_geofeed(rows) else found


def _under_heading(rows: Sequence[Sequence[str]], file: str) -> str:
    """The format of CSV with a heading, which a geofeed and a plain list have not."""
    if REFERENCE in rows[0]:
        message = f"{REFERENCE} refers to another file, of locations"
        raise file_error(file, "format", message, "give the zip as MaxMind ships it")
    if len(rows) == 1:
        raise file_error(file, "empty", "the file says nothing", "fetch it again")
    found = (name for name in map(_of_row, rows[1:]) if name not in (None, "cidr-list"))
    name = next(found, None)
    if name is None:
        heading = shown(",".join(rows[0]))
        message = f"no range and no network stands under the heading {heading}"
        raise file_error(file, "format", message, "put first and last, or network, in front")
    return name


def _of_row(cells: Sequence[str]) -> str | None:
    """What a row without mistakes is one of; None when it is nothing that is known."""
    if len(cells) >= 3 and _is_end(cells[0]) and _is_end(cells[1]):
        return "csv-ranges"
    if not _is_network(cells[0].partition("#")[0].partition(";")[0].strip()):
        return None
    return "cidr-list" if len(cells) == 1 else "csv-networks"


def _is_geofeed(rows: Sequence[Sequence[str]]) -> bool:
    """Whether rows of networks are those of RFC 8805: a third field is a part of the country."""
    return any(len(row) > 2 for row in rows) and all(_is_located(row) for row in rows)


def _is_located(cells: Sequence[str]) -> bool:
    country, part = (cell.partition("#")[0].strip().upper() for cell in (*cells, "", "")[1:3])
    is_country = not country or (is_region_shape(country) and not is_subdivision(country))
    return is_country and (not part or is_subdivision(part))


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return cells_of(line, delimiter)
    except csv.Error:
        return []


def _is_end(text: str) -> bool:
    if text.isascii() and text.isdecimal():
        return True
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _is_network(text: str) -> bool:
    """Whether this is a network, an address, or two of them with a hyphen between."""
    first, hyphen, last = text.partition("-")
    if hyphen:
        return _is_end(first.strip()) and _is_end(last.strip())
    try:
        ip_network(text, strict=False)
    except ValueError:
        return False
    return not text.isdecimal()
