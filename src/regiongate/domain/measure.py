"""The announced change with its dates: observe, warn, block, suspend."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from regiongate.domain.verdict import Verdict


class Phase(StrEnum):
    """Where a measure stands at an instant. Each phase keeps what the phases before it do."""

    OBSERVE = "observe"
    WARN = "warn"
    BLOCK = "block"
    SUSPEND = "suspend"

    def ceiling(self, verdict: Verdict) -> Verdict:
        """The hardest form a verdict about a place may take in this phase."""
        if self is Phase.OBSERVE:
            return Verdict.ALLOW
        if self is Phase.WARN and verdict in (Verdict.BLOCK, Verdict.HAND_OVER):
            return Verdict.WARN
        return verdict


@dataclass(frozen=True, slots=True)
class Measure:
    """The dates of one measure as instants (UTC), and the time zone in which they were announced.

    Before its first date a measure observes. A phase without a date never begins.
    """

    time_zone: str
    starts: tuple[tuple[Phase, datetime], ...]

    def phase(self, at: datetime) -> Phase:
        """The phase in force at an instant: the latest one that has begun."""
        begun = [phase for phase, start in self.starts if start <= at]
        return begun[-1] if begun else Phase.OBSERVE

    def start(self, phase: Phase) -> datetime | None:
        """When a phase begins, or None where the measure has no date for it."""
        return dict(self.starts).get(phase)
