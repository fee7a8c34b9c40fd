"""CSV of networks: `network,region`; of nested networks the most specific one counts."""

from __future__ import annotations

from regiongate.geo.formats.csv_rows import read_rows
from regiongate.geo.formats.raw import ANYTHING, RawTable, Wanted
from regiongate.geo.formats.spans import networks
from regiongate.geo.ranges import from_nested


def read(content: bytes, file: str, wanted: Wanted = ANYTHING) -> RawTable:
    """The labels of a CSV of networks or addresses; the second column by default."""
    rows = read_rows(content, file, wanted, 1, lambda keys: networks(keys[0]))
    return rows.finish(from_nested, "twice")
