"""What the gate says of one address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from regiongate.domain.verdict import Change, PlaceClass, Verdict


@dataclass(frozen=True, slots=True)
class Answer:
    """One verdict, where it comes from, and when it changes.

    `country` (ISO 3166-1) and `region` (ISO 3166-2) are None when no source knows them. `would` is
    the verdict without report-only and with the measure fully in force. `since` is the instant
    (UTC) from which on all this holds, None where it held before the policy's first date; `next`
    the next other verdict that the policy's dates bring, or None. The names are those of
    `explain --json`, but for `place_class`, which is `class` there. Why it is so says
    `Gate.reason`.
    """

    verdict: Verdict
    rule: str
    place_class: PlaceClass
    country: str | None
    region: str | None
    would: Verdict
    since: datetime | None
    next: Change | None
    policy_name: str
    policy_version: str
    generation: str
