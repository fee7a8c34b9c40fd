"""One request and its answer as they went over the wire, without the key."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from regiongate.conformance.events import Event, events_of

Headers = tuple[tuple[str, str], ...]
"""Name in lower case and value, in the order of the wire."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and what was answered. The key stands in no field: it was masked on the way in."""

    method: str
    url: str
    sent_headers: Headers
    sent: bytes
    status: int | None
    """None where no answer began."""
    headers: Headers
    body: bytes
    """What was read of the answer."""
    arrivals: tuple[tuple[int, float], ...]
    """For each piece of the body: how many bytes there were with it, and seconds since sending."""
    broken: str | None
    """Why the answer was not read to its end, where it was not."""

    def header(self, name: str) -> str | None:
        """A header of the answer, by its name in lower case."""
        return next((value for key, value in self.headers if key == name), None)

    @property
    def document(self) -> Any:
        """The answer as JSON; None where it is no JSON."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None

    @property
    def events(self) -> tuple[Event, ...]:
        """The answer as server-sent events."""
        return events_of(self.body, self.arrivals)
