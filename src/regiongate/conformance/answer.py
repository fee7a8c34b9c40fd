"""What one check asked and got: the wire, and what the SDK made of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from regiongate.conformance.events import Event
from regiongate.conformance.exchange import Exchange


@dataclass(frozen=True, slots=True)
class Failure:
    """How the SDK's call ended where it did not return."""

    kind: str
    """The exception's class."""
    words: str
    connecting: bool = False
    """No connection came about."""


@dataclass(frozen=True, slots=True)
class Answer:
    """All that a check is judged by."""

    exchanges: tuple[Exchange, ...]
    failure: Failure | None = None

    @property
    def last(self) -> Exchange | None:
        """The exchange that a judgement is mostly about."""
        return self.exchanges[-1] if self.exchanges else None

    @property
    def status(self) -> int | None:
        """The status of the last answer."""
        return None if self.last is None else self.last.status

    @property
    def document(self) -> Any:
        """The last answer as JSON."""
        return None if self.last is None else self.last.document

    @property
    def events(self) -> tuple[Event, ...]:
        """The last answer as events."""
        return () if self.last is None else self.last.events


def at(value: Any, *path: str | int) -> Any:
    """What stands at a place in a document of a stranger; None where there is no such place."""
    for step in path:
        if isinstance(step, str) and isinstance(value, dict):
            value = value.get(step)
        elif isinstance(step, int) and isinstance(value, list) and -len(value) <= step < len(value):
            value = value[step]
        else:
            return None
    return value


def listed(value: Any, *path: str | int) -> list[Any]:
    """The list at a place; an empty one where there is none."""
    found = at(value, *path)
    return found if isinstance(found, list) else []


def count(value: Any) -> int | None:
    """A whole number from zero on, and nothing else: JSON's true is no number."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
