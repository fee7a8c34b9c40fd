"""What a policy says of networks itself, against or beyond the sources: rules, and geofeeds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv4Network, IPv6Network

from regiongate.domain.ruling import Ruling
from regiongate.domain.verdict import Verdict

Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class Origin:
    """The row of a geofeed from which a correction comes; `file` is as the policy names it."""

    file: str
    line: int


@dataclass(frozen=True, slots=True)
class NetworkRule:
    """What the policy itself says about a network, against or beyond the sources.

    Exactly one of `region` (where it really is), `verdict` (what happens to it) and `anonymizer`
    (what kind of anonymizer it is) is set. `origin` is None for what the policy file itself says,
    else the row of a geofeed or the ruling in a case that it comes from; the row of a geofeed that
    sets none takes its network out of the wider rows of that feed.
    """

    network: Network
    region: str | None
    verdict: Verdict | None
    anonymizer: str | None
    reason: str
    approver: str
    expires: datetime | None
    origin: Origin | Ruling | None = None

    @property
    def said_by(self) -> str:
        """How the rule of a decision begins; all rows of a geofeed share it."""
        if self.origin is None:
            return f"network:{self.network}"
        return self.origin.name if isinstance(self.origin, Ruling) else f"geofeed:{self.feed}"

    @property
    def feed(self) -> str | None:
        """The geofeed from which it comes."""
        return self.origin.file if isinstance(self.origin, Origin) else None

    @property
    def leaves_out(self) -> str | None:
        """The geofeed that says nothing of this network, where the rule is that."""
        return self.feed if self.region is None else None

    def holds(self, at: datetime) -> bool:
        """Whether the rule has not yet expired."""
        return self.expires is None or at < self.expires


@dataclass(frozen=True, slots=True)
class GeofeedRules:
    """A geofeed whose rows are corrections: what file, which rules, by whose word, until when.

    `digest` is the SHA-256 of the file in hexadecimal. Each of `rules` has a region, and the
    reason, the approver and the expiry of them all.
    """

    file: str
    digest: str
    reason: str
    approver: str
    expires: datetime | None
    rules: tuple[NetworkRule, ...]
