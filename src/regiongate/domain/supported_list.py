"""The supported list: which regions an API serves, and what was added to or removed from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from regiongate.domain.region import STATE_OF_TERRITORY, country_of


class Territories(StrEnum):
    """Whether a dependent territory is supported because its state is."""

    FOLLOW_STATE = "follow-state"
    MUST_BE_NAMED = "must-be-named"


@dataclass(frozen=True, slots=True)
class ListChange:
    """A region added to or removed from the list from an instant on, and why.

    `action` is `add`, `remove` or `except`; an exception is a removal of a part of a country
    that is itself supported. `start` None means always, `end` None means for good.
    """

    action: str
    region: str
    reason: str
    basis: str | None
    start: datetime | None
    end: datetime | None

    def holds(self, at: datetime) -> bool:
        """Whether the change is in force at an instant."""
        return (self.start is None or self.start <= at) and (self.end is None or at < self.end)


@dataclass(frozen=True, slots=True)
class SupportedList:
    """The regions an API supports: a base list, dated changes, and the rule for territories."""

    name: str
    version: str
    regions: frozenset[str]
    territories: Territories
    changes: tuple[ListChange, ...]

    def supports(self, region: str, at: datetime) -> tuple[bool, str]:
        """Whether a region is supported at an instant, and the rule that says so.

        The most specific word wins: a change for the part, then the part on the list, then a
        change for the country, then the country on the list, then its state. Among changes for
        one region the one that began last wins.
        """
        said = self._named(region, at) or self._named(country_of(region), at)
        if said is not None:
            return said
        state = STATE_OF_TERRITORY.get(country_of(region))
        if state is not None and self.territories is Territories.FOLLOW_STATE:
            supported, rule = self.supports(state, at)
            return supported, f"{rule} territory-of:{state}"
        return False, f"list:{self.name}"

    def _named(self, code: str, at: datetime) -> tuple[bool, str] | None:
        holding = [c for c in self.changes if c.region == code and c.holds(at)]
        if holding:
            last = max(holding, key=lambda c: (c.start is not None, c.start))
            return last.action == "add", f"{last.action}:{code}"
        return (True, f"list:{self.name}") if code in self.regions else None
