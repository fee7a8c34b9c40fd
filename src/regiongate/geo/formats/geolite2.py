"""MaxMind's CSV as it is shipped: a zip with two files of networks and one of locations.

A row of the blocks refers by `geoname_id` to a row of the locations. There are three such
references, and only this one counts: it is the country where MaxMind finds the addresses to be
used. `registered_country_geoname_id` is where the holder of the network has registered it, and
`represented_country_geoname_id` whom an embassy or a base stands for; neither says where a caller
is. Where `geoname_id` is empty the place is unknown: taking the registered country instead would
be a default for it.

Source: MaxMind, "GeoIP2 and GeoLite City and Country CSV databases".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from regiongate.domain.errors import Problem
from regiongate.geo.formats.archive import zip_member, zip_names
from regiongate.geo.formats.cells import columns
from regiongate.geo.formats.csv_rows import body, layout_of
from regiongate.geo.formats.fields import alternatives, no_field
from regiongate.geo.formats.labelling import Labels, combined
from regiongate.geo.formats.raw import ANYTHING, Fault, RawTable, Wanted
from regiongate.geo.formats.rejects import Rejects, shown
from regiongate.geo.formats.row import REFERENCE
from regiongate.geo.formats.spans import networks
from regiongate.geo.formats.table import TableMaker
from regiongate.geo.ranges import from_nested
from regiongate.geo.source import SourceError, file_error
from regiongate.geo.steps import overlay

COUNTRY, PART = "country_iso_code", "subdivision_1_iso_code"
_BLOCKS = ("-Blocks-IPv4.csv", "-Blocks-IPv6.csv")
_LOCATIONS = "-Locations-en.csv"

Rows = dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class _Locations:
    """The columns of the locations by name, and their cells by `geoname_id`."""

    names: tuple[str, ...]
    rows: Rows


def read(content: bytes, file: str, wanted: Wanted = ANYTHING) -> RawTable:
    """The labels of both files of blocks, by default of the country and its first subdivision.

    Fields are columns by name, of the blocks or of the locations. Raises SourceError with the
    problems of all the files.
    """
    names = zip_names(content, file)
    labels = Labels(wanted.check)
    locations = _locations(content, names, file)
    fields = wanted.fields or tuple(name for name in (COUNTRY, PART) if name in locations.names)
    tables, problems, total = [], list[Problem](), 0
    for name in _members(names, file):
        maker = TableMaker(f"{file}/{name}", wanted, labels)
        try:
            _read_blocks(zip_member(content, name, file), maker, fields, locations)
            tables.append(maker.finish(from_nested, "twice"))
        except SourceError as error:
            problems += error.problems
            total += error.total
    if problems:
        raise SourceError(problems[:1000], total)
    return _joined(tables, labels)


def _members(names: Sequence[str], file: str) -> list[str]:
    """The files of blocks, IPv4 first."""
    found = [[name for name in names if name.endswith(end)] for end in _BLOCKS]
    if any(len(one) != 1 for one in found):
        message = f"the zip has not one file each of {' and '.join(_BLOCKS)}"
        raise file_error(file, "archive", message, "give the zip as MaxMind ships it")
    return [name for one in found for name in one]


def _locations(content: bytes, names: Sequence[str], file: str) -> _Locations:
    """The locations, none when the zip has no such file, as that of AS numbers has not."""
    found = [name for name in names if name.endswith(_LOCATIONS)]
    if not found:
        return _Locations((), {})
    file = f"{file}/{found[0]}"
    text = zip_member(content, found[0], file)
    layout = layout_of(text, file)
    if layout.heading[:1] != (REFERENCE,):
        raise file_error(file, "heading", f"the heading lacks {REFERENCE}", "fetch it again")
    rejects, rows = Rejects(file), Rows()
    for block in body(text, file, layout):
        every = range(len(layout.heading))
        cells = columns(block, every, layout.delimiter, ",".join(layout.heading), rejects)
        lists = [column.to_pylist() for column in cells.texts]
        for line, row in zip(cells.lines.tolist(), zip(*lists, strict=True), strict=True):
            if rows.setdefault(row[0], row) != row:
                rejects.add(line, Fault("twice", f"{row[0]} stands here again", "fetch it again"))
    rejects.raise_if_any()
    return _Locations(layout.heading, rows)


def _read_blocks(
    text: bytes, maker: TableMaker, fields: Sequence[str], locations: _Locations
) -> None:
    file = maker.rejects.file
    layout = layout_of(text, file)
    reading = _Reading.of(fields, layout.heading, locations, file)
    known: dict[tuple[str, ...], int] = {}  # Blocks far from each other share their places.
    for block in body(text, file, layout):
        found = columns(block, (0, *reading.used), ",", ",".join(layout.heading), maker.rejects)
        rows, index = combined(found.texts[1:])
        for row in rows:
            if row not in known:
                known[row] = reading.number(row, maker.labels)
        codes = np.array([known[row] for row in rows], dtype=np.int32)[index]
        maker.add(found.lines, networks(found.texts[0]), codes)


@dataclass(frozen=True, slots=True)
class _Reading:
    """How a row of blocks becomes a label: `used` are its columns, the reference first if any.

    `fields` have for each alternative whether it is of the locations, and its place there or
    among the used columns.
    """

    used: tuple[int, ...]
    fields: tuple[tuple[tuple[bool, int], ...], ...]
    locations: Rows

    @classmethod
    def of(
        cls, fields: Sequence[str], heading: Sequence[str], locations: _Locations, file: str
    ) -> _Reading:
        refers = REFERENCE in heading
        used = [heading.index(REFERENCE)] if refers else []
        found = []
        for field in fields:
            places = []
            for name in alternatives(field):
                if name in heading:
                    used.append(heading.index(name))
                    places.append((False, len(used) - 1))
                elif refers and name in locations.names:
                    places.append((True, locations.names.index(name)))
            if not places:
                raise no_field(field, (*heading, *locations.names), file)
            found.append(tuple(places))
        return cls(tuple(used), tuple(found), locations.rows)

    def number(self, row: tuple[str, ...], labels: Labels) -> int:
        """The number of the label of a row of used columns."""
        location: tuple[str, ...] = ()
        if row[0] and any(located for field in self.fields for located, _ in field):
            location = self.locations.get(row[0], ())
            if not location:
                message = f"the {REFERENCE} {shown(row[0])} is not among the locations"
                return labels.refused(Fault("no-location", message, "fetch the zip again"))
        return labels.number(
            tuple(
                next((text for text in _texts(field, row, location) if text), "")
                for field in self.fields
            )
        )


def _texts(
    field: tuple[tuple[bool, int], ...], row: tuple[str, ...], location: tuple[str, ...]
) -> list[str]:
    return [
        (location[place] if location else "") if located else row[place] for located, place in field
    ]


def _joined(tables: Sequence[RawTable], labels: Labels) -> RawTable:
    """The tables as one; IPv4 and IPv6 have no address in common."""
    steps = tables[0].steps
    rows = np.zeros(len(labels.labels), dtype=np.int64)
    unreachable: dict[str, int] = {}
    for table in tables:
        steps = overlay(steps, table.steps)
        rows[: len(table.rows)] += np.array(table.rows, dtype=np.int64)
        unreachable |= table.unreachable
    return RawTable(steps, labels.labels, tuple(rows.tolist()), unreachable=unreachable)
