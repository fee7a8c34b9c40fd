"""What is decided about a request, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Verdict(StrEnum):
    """What happens to a request."""

    ALLOW = "allow"
    WARN = "warn"
    BLOCK = "block"
    SUSPENDED = "suspended"
    HAND_OVER = "hand-over"

    @property
    def refuses(self) -> bool:
        """Whether the client gets a refusal instead of an answer."""
        return self in (Verdict.BLOCK, Verdict.SUSPENDED)


class PlaceClass(StrEnum):
    """What kind of place a request came from, under one policy at one instant."""

    SUPPORTED = "supported"
    UNSUPPORTED = "unsupported"
    DISPUTED = "disputed"
    UNKNOWN = "unknown"
    PRIVATE = "private"
    SPECIAL = "special"
    ANONYMIZER = "anonymizer"


@dataclass(frozen=True, slots=True)
class Decision:
    """One verdict with everything that led to it.

    `would` is the verdict without report-only and without the phase's ceiling: what the place
    gets once the measure is fully in force.
    """

    verdict: Verdict
    rule: str
    place_class: PlaceClass
    reason: str
    would: Verdict


@dataclass(frozen=True, slots=True)
class Change:
    """A later instant (UTC) at which a verdict becomes another one."""

    verdict: Verdict
    at: datetime


@dataclass(frozen=True, slots=True)
class Row:
    """One decision and the time in which it holds: from `since` until `until`, end excluded.

    `since` is null where the decision held since before the policy's first date; `until` is null
    where no date of the policy ends it. `next` is the next *verdict*, which may lie past `until`
    when only the rule changes there.
    """

    decision: Decision
    since: datetime | None
    until: datetime | None
    next: Change | None
