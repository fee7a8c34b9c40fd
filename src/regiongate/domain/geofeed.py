"""The rows of a geofeed (RFC 8805): what the holder of a network says about where it is.

One grammar for the two who read geofeeds: `policyfile/geofeeds.py`, for which a feed is a list of
corrections that somebody has approved, and `geo/formats/geofeed.py`, for which it is a source with
one vote. Which codes ISO 3166 assigns is for them to say; here a code has the right shape.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_interface

from regiongate.domain.address import IPNetwork
from regiongate.domain.errors import Problem
from regiongate.domain.region import country_of, is_region_shape, is_subdivision

NO_COUNTRY = "ZZ"
"""What older feeds write where section 2.1.3 leaves the country empty: nothing is said."""

_NETWORK = re.compile(r"[0-9A-Fa-f:.]{2,45}(/[0-9]{1,3})?\Z")


@dataclass(frozen=True, slots=True)
class GeofeedRow:
    """One row: `country` (ISO 3166-1) and `part` (ISO 3166-2) are None where the row has none.

    `part` is None as well where the row has something else in that field, such as a name: the
    country is then all that is known, and `vague` is what stands there. A part without a country
    brings its own. `line` counts from 1. City and postal code are not kept, nor fields beyond them.
    """

    line: int
    network: IPNetwork
    country: str | None
    part: str | None
    vague: str = ""

    @property
    def region(self) -> str | None:
        """The most specific region that the row names; None when it says nothing of one."""
        return self.country if self.part is None else self.part


@dataclass(frozen=True, slots=True)
class Geofeed:
    """A feed as it stands in a file: its rows in order, and every row that cannot be read."""

    rows: tuple[GeofeedRow, ...]
    problems: tuple[Problem, ...]


class _Unreadable(Exception):
    """A row that is no row of a geofeed: code, message, remedy."""


def read(content: bytes, file: str) -> Geofeed:
    """Read a feed in UTF-8, with or without a byte order mark; `file` is what problems call it.

    Section 2.1: one row a line, a `#` begins a comment, blank lines say nothing, codes are read
    in either case, and fields beyond the five are ignored. A row that cannot be read is a problem,
    never skipped in silence; nested networks are left to the reader (the most specific counts), as
    are networks that come twice.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        message = f"The byte 0x{content[error.start]:02x} is not UTF-8"
        return Geofeed((), (Problem(file, line, 1, "not-utf-8", message, "save it as UTF-8"),))
    rows: list[GeofeedRow] = []
    problems: list[Problem] = []
    for line, said in _lines(text):
        try:
            rows.append(_row(line, _fields(said)))
        except _Unreadable as wrong:
            code, message, remedy = wrong.args
            problems.append(Problem(file, line, 1, code, message, remedy))
    return Geofeed(tuple(rows), tuple(problems))


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Each line that says something. A comment begins at a `#`, quoted or not."""
    for number, line in enumerate(text.split("\n"), start=1):
        said = line.partition("#")[0].strip()
        if said:
            yield number, said


def _fields(line: str) -> list[str]:
    cells = line.split(",")
    if '"' in line:  # Hardly any line; for all of them the csv module would cost the most.
        try:
            cells = next(csv.reader([line]))
        except csv.Error as error:
            raise _Unreadable("geofeed-row", f"This is not CSV ({error})", "mend it") from None
    return [cell.strip() for cell in cells]


def _row(line: int, cells: list[str]) -> GeofeedRow:
    network = _network(cells[0])
    country = _country(cells[1] if len(cells) > 1 else "")
    said = cells[2] if len(cells) > 2 else ""
    part = said.upper() if is_subdivision(said.upper()) else None
    if part is not None and country is not None and country_of(part) != country:
        message = f"{part} is no part of {country}"
        raise _Unreadable("geofeed-region", message, "name a country and a part of the same")
    if part is None:
        return GeofeedRow(line, network, country, None, vague=said)
    return GeofeedRow(line, network, country_of(part), part)


def _network(text: str) -> IPNetwork:
    """A network, or an address, which stands for itself alone."""
    remedy = "write it as 198.51.100.0/24 or 2001:db8::/32"
    if not text:
        raise _Unreadable("geofeed-network", "The row has no network", remedy)
    if _NETWORK.match(text) is None:
        raise _Unreadable("geofeed-network", f"{_shown(text)} is not a network", remedy)
    try:
        said = ip_interface(text)
    except ValueError:
        raise _Unreadable("geofeed-network", f"{_shown(text)} is not a network", remedy) from None
    network: IPNetwork = said.network
    if said.ip != network.network_address:
        message = f"{_shown(text)} has bits set after the prefix"
        remedy = f"write {network}, or {said.ip} for the one address"
        raise _Unreadable("geofeed-network", message, remedy)
    return network


def _country(text: str) -> str | None:
    code = text.upper()
    if code in ("", NO_COUNTRY):
        return None
    if is_subdivision(code) or not is_region_shape(code):
        message = f"{_shown(text)} is not a country code"
        raise _Unreadable("geofeed-country", message, "write a code of ISO 3166-1 such as FR")
    return code


def _shown(text: str) -> str:
    """A text as a message may hold it: short and printable."""
    short = text if len(text) <= 60 else f"{text[:57]}..."
    return "`" + "".join(letter if letter.isprintable() else "\ufffd" for letter in short) + "`"
