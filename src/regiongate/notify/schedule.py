"""When a letter that was not accepted is tried again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Schedule:
    """Waits that double from `first` up to `longest`, until `give_up` after the first attempt.

    RFC 5321, section 4.5.4.1, asks for half an hour at least in the long run, and four to five
    days in all.
    """

    first: timedelta = timedelta(minutes=5)
    longest: timedelta = timedelta(hours=4)
    give_up: timedelta = timedelta(days=5)

    def wait(self, attempt: int) -> timedelta:
        """How long after the attempt with this number (from 1) the next one comes."""
        if attempt < 1:
            raise ValueError(f"attempts are counted from 1, so {attempt} is none")
        doubled = self.first
        for _ in range(attempt - 1):
            if doubled >= self.longest:
                break
            doubled *= 2
        return min(doubled, self.longest)

    def next(self, attempt: int, at: datetime, begun: datetime) -> datetime | None:
        """When to try again after an attempt at an instant; None when it is time to give up.

        `begun` is the instant of the first attempt.
        """
        after = at + self.wait(attempt)
        return after if after - begun <= self.give_up else None
