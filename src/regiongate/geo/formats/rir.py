"""The statistics of the registries: `delegated` and `delegated-extended`, one or several joined.

Source: "RIR statistics exchange format" (APNIC and the other registries), and "Statistics format"
of the NRO for the extended files. The country is that of the organization to which a network was
delegated, "not specified whether this is where the addresses are used".
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date, datetime

import numpy as np
import pyarrow as pa

from regiongate.geo.formats.fields import names_of
from regiongate.geo.formats.lines import numbered
from regiongate.geo.formats.raw import ANYTHING, Fault, RawTable, Wanted
from regiongate.geo.formats.rejects import shown
from regiongate.geo.formats.spans import Spans, counted, networks
from regiongate.geo.formats.spooled import Spool
from regiongate.geo.formats.table import TableMaker
from regiongate.geo.ranges import from_ranges

FIELDS = ("registry", "cc", "type", "start", "value", "date", "status", "opaque-id")
DELEGATED = frozenset({"allocated", "assigned"})
"""The statuses under which a network belongs to somebody; `available` and `reserved` do not."""

_TYPES = frozenset({"asn", "ipv4", "ipv6"})
_SHAPE = "write registry|cc|type|start|value|date|status"


def read(content: bytes, file: str, wanted: Wanted = ANYTHING) -> RawTable:
    """The labels of the networks, `cc` by default; AS numbers are passed over.

    The label of a network that is not delegated has no country. The date is the end date of the
    version line, the oldest one where files were joined. A file with fewer records than its
    summary lines say is refused as cut off.
    """
    reading = _Reading(file, wanted)
    for line, text in numbered(content, file):
        reading.take(line, [cell.strip() for cell in text.split("|")])
    return reading.finish()


@dataclass(slots=True)
class _Section:
    """What one of the joined files says of itself, and how many records it had up to now."""

    line: int
    end: date | None
    summary: dict[str, int] = field(default_factory=dict)
    records: Counter[str] = field(default_factory=Counter)


class _Reading:
    def __init__(self, file: str, wanted: Wanted) -> None:
        self._maker = TableMaker(file, wanted)
        self._places = names_of(wanted.fields or ("cc",), FIELDS, file)
        self._v4 = Spool(self._maker, _counted)
        self._v6 = Spool(self._maker, networks)
        self._sections: list[_Section] = []

    def take(self, line: int, cells: list[str]) -> None:
        """Reads one line: of a version, of a summary, or of a record."""
        if cells[0][:1].isdecimal():
            end = _day(cells[5]) if len(cells) > 5 else None
            self._sections.append(_Section(line, end))
        elif not self._sections:
            missing = Fault("rir-version", "no version line stands above", "fetch the file again")
            self._maker.rejects.add(line, missing)
            self._sections.append(_Section(line, None))
        elif cells[-1] == "summary":
            self._summary(line, cells)
        else:
            fault = self._record(line, cells)
            if fault is not None:
                self._maker.rejects.add(line, fault)

    def finish(self) -> RawTable:
        """The table, or every problem."""
        self._v4.flush()
        self._v6.flush()
        for section in self._sections:
            for kind, count in section.summary.items():
                if section.records[kind] < count:
                    message = (
                        f"{section.records[kind]} {kind} records of the {count} in the summary"
                    )
                    fault = Fault("cut-off", message, "fetch the file again")
                    self._maker.rejects.add(section.line, fault)
        table = self._maker.finish(from_ranges, "overlap")
        days = [section.end for section in self._sections if section.end is not None]
        return replace(table, date=min(days, default=None))

    def _summary(self, line: int, cells: list[str]) -> None:
        if len(cells) < 6 or not _is_count(cells[4]):
            message = "this is no summary line"
            remedy = "write registry|*|type|*|count|summary"
            self._maker.rejects.add(line, Fault("rir-summary", message, remedy))
            return
        self._sections[-1].summary[cells[2]] = int(cells[4])

    def _record(self, line: int, cells: list[str]) -> Fault | None:
        if len(cells) < 7:
            return Fault("columns", f"{len(cells)} columns", _SHAPE)
        _, _, kind, start, value, _, status = cells[:7]
        if kind not in _TYPES:
            return Fault("rir-type", f"{shown(kind)} is no type", "write asn, ipv4 or ipv6")
        self._sections[-1].records[kind] += 1
        if kind == "asn":
            return None
        if not _is_count(value):
            return Fault("rir-value", f"{shown(value)} is no count", "write a whole number above 0")
        if kind == "ipv6" and ":" not in start:
            return Fault("bad-address", f"{shown(start)} is not IPv6", "fetch the file again")
        said = cells if status in DELEGATED else ["" if i == 1 else c for i, c in enumerate(cells)]
        label = tuple(said[place] if place < len(said) else "" for place in self._places)
        if kind == "ipv4":
            self._v4.add(line, f"{start}+{value}", label)
        else:
            self._v6.add(line, f"{start}/{value}", label)
        return None


def _counted(texts: pa.StringArray) -> Spans:
    """Spans of IPv4 addresses with a count, which need be no power of two: `192.0.2.0+768`."""
    split = [text.partition("+") for text in texts.to_pylist()]
    starts = pa.array([start for start, _, _ in split], pa.string())
    return counted(starts, np.array([int(count) for _, _, count in split], dtype=np.uint64))


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 10 and int(text) > 0


def _day(text: str) -> date | None:
    try:
        return datetime.strptime(f"{text} +0000", "%Y%m%d %z").date()
    except ValueError:
        return None
