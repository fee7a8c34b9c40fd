"""A geofeed (RFC 8805) as a source: what the holders of networks say of them.

RFC 9632 says how a feed is found from the registry's data; that is for whoever fetches it. Rows
that leave all of the location empty say "do not locate" (section 2.1.2): a network with no vote,
inside of a larger one too, for the most specific prefix counts.
"""

from __future__ import annotations

from regiongate.domain import geofeed
from regiongate.domain.geofeed import GeofeedRow
from regiongate.geo.formats.fields import names_of
from regiongate.geo.formats.raw import ANYTHING, Fault, RawTable, Wanted
from regiongate.geo.formats.spans import networks
from regiongate.geo.formats.spooled import Spool
from regiongate.geo.formats.table import TableMaker
from regiongate.geo.ranges import from_nested

FIELDS = ("country", "region")


def read(content: bytes, file: str, wanted: Wanted = ANYTHING) -> RawTable:
    """The labels of the feed's networks, country and region by default.

    One network may come twice with one location; with two it is refused, for nothing says which
    of them holds.
    """
    maker = TableMaker(file, wanted)
    places = names_of(wanted.fields or FIELDS, FIELDS, file)
    spool = Spool(maker, networks)
    feed = geofeed.read(content, file)
    for row in feed.rows:
        said = _said(row)
        spool.add(row.line, str(row.network), tuple(said[place] for place in places))
    spool.flush()
    for problem in feed.problems:
        fault = Fault(problem.code, problem.message, problem.remedy)
        maker.rejects.add(problem.line, fault)
    return maker.finish(from_nested, "twice")


def _said(row: GeofeedRow) -> tuple[str, str]:
    return row.country or "", row.part or ""
