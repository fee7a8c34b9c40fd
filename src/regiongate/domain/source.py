"""What is known of a source apart from what it says: its name, and how old its data may get."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

NAME_PATTERN = r"[a-z0-9][a-z0-9._-]{0,63}"
"""What the name of a source looks like: it is the name of a folder, and stands in every record."""


@dataclass(frozen=True, slots=True)
class SourceNames:
    """The names that a policy may give: of sources of regions, and of sources of facts.

    `absent` are those of them whose data is not installed, each with what is to be done about it.
    """

    regions: tuple[str, ...]
    facts: tuple[str, ...]
    absent: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Age:
    """The age of data that was made on a day, and its maximum in days.

    A source is stale from 00:00 UTC of its date plus the maximum.
    """

    date: date
    maximum: int

    @property
    def stale_from(self) -> datetime:
        """The first instant at which the data is too old."""
        return self._made() + timedelta(days=self.maximum)

    def days(self, at: datetime) -> int:
        """How many whole days old the data is at an instant; negative before it was made."""
        return (at - self._made()) // timedelta(days=1)

    def is_stale(self, at: datetime) -> bool:
        """Whether the data is too old at an instant."""
        return at >= self.stale_from

    def _made(self) -> datetime:
        return datetime(self.date.year, self.date.month, self.date.day, tzinfo=UTC)
