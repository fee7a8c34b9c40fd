"""Server-sent events, with the time at which each was complete (HTML standard, section 9.2)."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a stream."""

    name: str | None
    """What its line `event:` says."""
    data: str
    seconds: float
    """Seconds from sending the request until its last byte was here."""

    @property
    def document(self) -> Any:
        """The data as JSON; None where it is no JSON."""
        try:
            return json.loads(self.data)
        except (ValueError, RecursionError):
            return None


def events_of(body: bytes, arrivals: Sequence[tuple[int, float]]) -> tuple[Event, ...]:
    """The events in a body; comments and fields that neither API uses are left out."""
    found: list[Event] = []
    name: str | None = None
    data: list[str] = []
    end = 0
    for line in body.splitlines(keepends=True):
        end += len(line)
        field, _, value = line.decode("utf-8", "replace").rstrip("\r\n").partition(":")
        if field == "data":
            data.append(value.removeprefix(" "))
        elif field == "event":
            name = value.strip()
        elif not field and not value:
            if data:
                found.append(Event(name, "\n".join(data), _when(end, arrivals)))
            name, data = None, []
    return tuple(found)


def _when(end: int, arrivals: Sequence[tuple[int, float]]) -> float:
    """Seconds until `end` bytes were here."""
    place = bisect_left(arrivals, end, key=lambda arrival: arrival[0])
    return arrivals[min(place, len(arrivals) - 1)][1] if arrivals else 0.0
