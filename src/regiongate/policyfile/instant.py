"""Dates and times as they stand in a policy file: local to the measure's time zone."""

from __future__ import annotations

import re
import zoneinfo
from datetime import UTC, datetime, tzinfo
from functools import cache
from typing import Any

from regiongate.policyfile.node import ScalarNode, shown
from regiongate.policyfile.reader import Reader, Wrong
from regiongate.policyfile.shape import Scalar, did_you_mean

_OFFSET = r"Z|[+-][0-9]{2}:[0-9]{2}"
_PATTERN = rf"^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}(T[0-9]{{2}}:[0-9]{{2}}(:[0-9]{{2}})?({_OFFSET})?)?$"
_SHAPE = re.compile(_PATTERN.removesuffix("$") + r"\Z")
_ENDS_IN_OFFSET = re.compile(rf"T.*({_OFFSET})\Z")
_REMEDY = "write 2024-07-09 (midnight), 2024-07-09T09:00 (local) or 2024-07-09T16:00Z"
_NEVER = "never"

# Names that a machine's own files may hold and that mean something else on every machine.
_NOT_ZONES = {"localtime", "Factory", "posixrules"}


def instant(text: str, zone: tzinfo) -> datetime:
    """An instant (UTC) from a date, a local time or a time with an offset.

    A date is midnight at its beginning. A local time that the clocks skip or show twice is
    refused: nobody could say when it is.
    """
    if _SHAPE.match(text) is None:
        raise Wrong("bad-date", f"`{shown(text)}` is not a date or time", _REMEDY)
    try:
        said = datetime.fromisoformat(text)
    except ValueError as error:
        raise Wrong("bad-date", f"`{shown(text)}` does not exist ({error})", _REMEDY) from error
    if not 1970 <= said.year < 2200:
        raise Wrong("bad-date", f"The year {said.year} cannot be meant", _REMEDY)
    if said.tzinfo is not None:
        return said.astimezone(UTC)
    return _local(text, said, zone)


def has_offset(text: str) -> bool:
    """Whether a time says its own offset, and so needs no time zone."""
    return _ENDS_IN_OFFSET.search(text) is not None


def _local(text: str, said: datetime, zone: tzinfo) -> datetime:
    first, second = (said.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first == second:
        return first
    shown = [at.astimezone(zone).isoformat(timespec="minutes") for at in (first, second)]
    if first.astimezone(zone).replace(tzinfo=None) == said:
        message = f"{text} comes twice in {zone}, where the clocks go back"
        raise Wrong("ambiguous-time", message, f"write {shown[0]} or {shown[1]}")
    message = f"{text} does not exist in {zone}, where the clocks go forward"
    raise Wrong("nonexistent-time", message, f"write {shown[0]} or another time")


@cache
def _zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones() - _NOT_ZONES)


def _zone(node: ScalarNode, _: Reader) -> str:
    if node.text not in _zones():
        near = did_you_mean(node.text, sorted(_zones()))
        remedy = near if near.startswith("did") else "write an IANA name such as Europe/Paris"
        raise Wrong("unknown-time-zone", f"`{node.shown}` is not a time zone", remedy)
    return node.text


def _instant(node: ScalarNode, reader: Reader) -> datetime:
    return instant(node.text, reader.zone)


def _expiry(node: ScalarNode, reader: Reader) -> datetime | None:
    return None if node.text == _NEVER else instant(node.text, reader.zone)


_JSON: dict[str, Any] = {"type": "string", "pattern": _PATTERN}

INSTANT = Scalar(_instant, _JSON)
"""A date, a local time or a time with an offset; the value is in UTC."""

EXPIRY = Scalar(_expiry, {"anyOf": [{"const": _NEVER}, _JSON]})
"""An instant at which something ends, or `never`, which must be said."""

ZONE = Scalar(_zone, {"type": "string"})
"""The name of a time zone in the IANA database."""
