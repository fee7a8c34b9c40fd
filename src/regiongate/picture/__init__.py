"""Pictures of what the gateway knows: a world map, a map of IPv4, plots over time, as SVG or PNG.

Every picture is a text or bytes made from values alone: no clock, no script, nothing fetched, the
same input gives the same bytes. The table of numbers behind a picture is the caller's.
"""

from regiongate.picture.address_map import AddressMap, address_map
from regiongate.picture.bars import Row, bars
from regiongate.picture.outlines import outlines
from regiongate.picture.palette import stylesheet
from regiongate.picture.scale import Bands, Categories, Entry
from regiongate.picture.svg import Caption
from regiongate.picture.timeline import Mark, timeline
from regiongate.picture.world import world_map

__all__ = [
    "AddressMap",
    "Bands",
    "Caption",
    "Categories",
    "Entry",
    "Mark",
    "Row",
    "address_map",
    "bars",
    "outlines",
    "stylesheet",
    "timeline",
    "world_map",
]
