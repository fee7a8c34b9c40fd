"""The text of the IPFire location database, as `location dump` writes it: blocks of `key: value`.

A block begins with `net:` or `aut-num:` and ends at a blank line. Source: the tool `location` of
libloc (LGPL 2.1), command `dump`; its comment `# Generated:` dates the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from email.utils import parsedate

from regiongate.geo.formats.fields import names_of
from regiongate.geo.formats.lines import numbered
from regiongate.geo.formats.raw import ANYTHING, Fault, RawTable, Wanted
from regiongate.geo.formats.rejects import Rejects, shown
from regiongate.geo.formats.spans import networks
from regiongate.geo.formats.spooled import Spool
from regiongate.geo.formats.table import TableMaker
from regiongate.geo.ranges import from_nested

FIELDS = (
    "country",
    "aut-num",
    "name",
    "is-anonymous-proxy",
    "is-satellite-provider",
    "is-anycast",
    "drop",
)
"""`name` is that of the network's AS; the flags are `yes` or nothing."""

_GENERATED = re.compile(rb"^# *Generated: *(.+)$", re.MULTILINE)
_KEYS = ("net", *FIELDS)
_KNOWN = ", ".join(_KEYS)
Entry = dict[str, str]


def read(content: bytes, file: str, wanted: Wanted = ANYTHING) -> RawTable:
    """The labels of the networks, `country` by default; of nested ones the most specific counts.

    The number of an AS is written without the letters before it. Its name is known where the
    block of the AS stands above those of its networks, as the tool writes them.
    """
    maker = TableMaker(file, wanted)
    names = [FIELDS[place] for place in names_of(wanted.fields or ("country",), FIELDS, file)]
    spool = Spool(maker, networks)
    name_of: dict[str, str] = {}
    for line, entry in _entries(content, file, maker.rejects):
        number = entry.get("aut-num", "").upper().removeprefix("AS")
        if "net" in entry:
            said = entry | {"aut-num": number, "name": name_of.get(number, "")}
            spool.add(line, entry["net"], tuple(said.get(name, "") for name in names))
        else:
            name_of[number] = entry.get("name", "")
    spool.flush()
    return replace(maker.finish(from_nested, "twice"), date=_generated_on(content))


def _entries(content: bytes, file: str, rejects: Rejects) -> Iterator[tuple[int, Entry]]:
    """The blocks with the line on which each begins; lines that say nothing are rejected."""
    entry: Entry = {}
    first, last = 0, -1
    for line, text in numbered(content, file):
        if line != last + 1:  # Blank lines stand between blocks.
            if entry:
                yield first, entry
            entry, first = {}, line
        last = line
        fault = _take(text, entry)
        if fault is not None:
            rejects.add(line, fault)
    if entry:
        yield first, entry


def _take(text: str, entry: Entry) -> Fault | None:
    """Writes a line into the block that it stands in."""
    key, colon, value = text.partition(":")
    key = key.strip()
    if not colon or key not in _KEYS:
        return Fault("ipfire-key", f"{shown(text)} is no entry", f"write one of: {_KNOWN}")
    if not entry and key not in ("net", "aut-num"):
        return Fault("ipfire-block", f"a block begins with {key}", "begin it with net or aut-num")
    if key in entry:
        return Fault("ipfire-twice", f"{key} stands twice in a block", "put a blank line between")
    entry[key] = value.strip()
    return None


def _generated_on(content: bytes) -> date | None:
    """The day that the comments at the top name; the oldest one where files were joined."""
    parsed = [parsedate(text.decode("ascii", "replace")) for text in _GENERATED.findall(content)]
    days = [_day(when[:3]) for when in parsed if when is not None]
    return min((day for day in days if day is not None), default=None)


def _day(when: tuple[int, int, int]) -> date | None:
    try:
        return date(*when)
    except ValueError:
        return None
