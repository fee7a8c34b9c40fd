"""CSV of ranges: `first,last,region`, the ends as addresses or as integers, both included.

So are the free files of ip-location-db, DB-IP and IP2Location written; more columns are ignored.
"""

from __future__ import annotations

from regiongate.geo.formats.csv_rows import read_rows
from regiongate.geo.formats.raw import ANYTHING, RawTable, Wanted
from regiongate.geo.formats.spans import ranges
from regiongate.geo.ranges import from_ranges


def read(content: bytes, file: str, wanted: Wanted = ANYTHING) -> RawTable:
    """The labels of a CSV of ranges, which must not overlap; the third column by default."""
    rows = read_rows(content, file, wanted, 2, lambda keys: ranges(keys[0], keys[1]))
    return rows.finish(from_ranges, "overlap")
