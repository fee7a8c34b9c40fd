"""Rulings: what people have decided in cases, as far as a gateway must know it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network


class RulingKind(StrEnum):
    """What was decided: an account is suspended, something is exempt, a network lies elsewhere."""

    SUSPENSION = "suspension"
    EXEMPTION = "exemption"
    CORRECTION = "correction"


@dataclass(frozen=True, slots=True)
class Ruling:
    """One decision that is in force, and whose word it is.

    Exactly one of `organization` (its id), `key` (the SHA-256 digest of an API key, 32 bytes) and
    `network` is what it is about. A suspension is about an organization, a correction says the
    `region` (ISO 3166) of a network. `id` is that of the exemption or the correction, or the number
    of the case; `appeal` the one that was granted by it. After `until` (UTC, a whole second, None
    for no end) it says nothing. A `distant` end is not in the table of a gateway: it will be told
    of it in time.
    """

    kind: RulingKind
    id: str
    reason: str
    approver: str
    until: datetime | None = None
    organization: str | None = None
    key: bytes | None = None
    network: IPv4Network | IPv6Network | None = None
    region: str | None = None
    appeal: str | None = None
    distant: bool = False

    def __post_init__(self) -> None:
        """A ruling about nothing, or about two things, would be applied to half of them."""
        if [self.organization, self.key, self.network].count(None) != 2:
            raise ValueError(f"{self.name} is not about exactly one thing")
        if self.kind is RulingKind.SUSPENSION and self.organization is None:
            raise ValueError(f"{self.name}: only an organization is suspended")
        corrects = self.network is not None and self.region is not None
        if (self.kind is RulingKind.CORRECTION) != corrects:
            raise ValueError(f"{self.name}: a correction says the region of a network")

    @property
    def told_until(self) -> datetime | None:
        """The end as the table of a gateway has it."""
        return None if self.distant else self.until

    @property
    def name(self) -> str:
        """How rules and logs call it: `exemption:12`."""
        return f"{self.kind}:{self.id}"
