"""`measure`: the announced change with its dates and its time zone."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from itertools import pairwise
from zoneinfo import ZoneInfo

from regiongate.domain.measure import Measure, Phase
from regiongate.policyfile.instant import INSTANT, ZONE
from regiongate.policyfile.node import MappingNode, Node, ScalarNode
from regiongate.policyfile.reader import Reader, Wrong
from regiongate.policyfile.shape import Found, Key, Mapping, Section

TIME_ZONE = Key(
    "time_zone", ZONE, "The IANA time zone in which every local date of this file is meant."
)
STARTS = {
    Phase.OBSERVE: Key(
        "observe", INSTANT, "From when verdicts are counted, and nothing is done.", required=False
    ),
    Phase.WARN: Key(
        "warn", INSTANT, "From when requests that will be refused are warned.", required=False
    ),
    Phase.BLOCK: Key("block", INSTANT, "From when requests are refused.", required=False),
    Phase.SUSPEND: Key(
        "suspend", INSTANT, "From when suspended organizations are refused.", required=False
    ),
}
SHAPE = Mapping((TIME_ZONE, *STARTS.values()))


def zone(root: Node, reader: Reader) -> tzinfo:
    """The measure's time zone, found before anything else is read; UTC when it is wrong.

    A wrong one is reported when the section itself is read.
    """
    measure = root.get("measure") if isinstance(root, MappingNode) else None
    node = measure.get(TIME_ZONE.name) if isinstance(measure, MappingNode) else None
    if not isinstance(node, ScalarNode):
        return UTC
    try:
        return ZoneInfo(ZONE.parse(node, reader))
    except Wrong:
        return UTC


def check(section: Section, reader: Reader) -> None:
    """Something must begin, and each phase after the one before it."""
    starts = _starts(section)
    if not any(section.says(STARTS[phase]) for phase in (Phase.WARN, Phase.BLOCK)):
        message = "The measure neither warns nor blocks"
        reader.report(section.mark, "missing-key", message, "add `warn`, `block` or both")
    for (before, earlier), (phase, later) in pairwise(starts):
        if later.value <= earlier.value:
            message = f"`{phase}` does not begin after `{before}`"
            remedy = "the order is observe, warn, block, suspend"
            reader.report(later.mark, "dates-out-of-order", message, remedy)


def build(section: Section) -> Measure:
    """The measure of a file without problems."""
    starts = tuple((phase, found.value) for phase, found in _starts(section))
    return Measure(section.need(TIME_ZONE), starts)


def _starts(section: Section) -> list[tuple[Phase, Found[datetime]]]:
    found = ((phase, section.find(key)) for phase, key in STARTS.items())
    return [(phase, start) for phase, start in found if start is not None]
