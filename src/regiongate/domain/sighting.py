"""A sighting: what one organization did with one key from one network on one day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Sighting:
    """Requests of one organization with one key, from one network and region, on one day.

    `network` is a /24 or /48 in CIDR form. `organization`, `key` and `region` are null where the
    log, or the sources, said none. `day`, `first` and `last` are in UTC. `tokens` is null when no
    log said how many. The five verdicts, what an ordinary organization gets at the instant for
    which was judged, add up to `requests`. `anonymized` are the requests through networks that
    serve to hide where a client is: Tor, VPN, proxy. A data centre alone hides nobody, because
    servers are customers, and a private relay keeps the country.
    """

    organization: str | None
    key: str | None
    network: str
    region: str | None
    day: date
    requests: int
    unsupported: int
    disputed: int
    anonymized: int
    tokens: int | None
    first: datetime
    last: datetime
    allowed: int
    warned: int
    blocked: int
    suspended: int
    handed_over: int
