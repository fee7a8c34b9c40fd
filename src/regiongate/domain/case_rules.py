"""What a policy says of cases: what is told when, what is evidence, how long things last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class CaseRules:
    """The rules for cases. Shares are parts of one, over 0 and up to 1.

    `api` is the API as people call it, `site` the address (https) below which its public pages
    are. Sightings that are younger than `look_back` count. `reminders` are the times before the
    block at which a reminder goes out, the longest first. An exemption's end is told
    `exemption_ahead` of it. An appeal is to be answered `appeal_within`. After `keep` what is
    finer than a network is folded. Until `export_until` organizations can export their data, from
    wherever they are; None: the policy does not say.

    Evidence for a suspension lies `evidence_over` apart at least, and is: a `traffic_share` of the
    requests from unsupported regions, one key in `many_countries` on one day, an
    `anonymizer_share` of the requests through anonymizers, and more than the `owned_share` owned
    from unsupported regions.
    """

    api: str
    site: str
    look_back: timedelta
    reminders: tuple[timedelta, ...]
    exemption_ahead: timedelta
    appeal_within: timedelta
    keep: timedelta
    evidence_over: timedelta
    traffic_share: Fraction
    many_countries: int
    anonymizer_share: Fraction
    owned_share: Fraction
    export_until: datetime | None = None
