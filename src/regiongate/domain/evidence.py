"""Evidence for a suspension: what speaks for it, since when, how reliable, and how independent.

What somebody's nationality is, what language they use and what they are called is no evidence:
there is no kind for it, so it cannot be given, kept or counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from regiongate.domain.audit import Json


class EvidenceKind(StrEnum):
    """What kinds of evidence a suspension may rest on. Language and names are not among them."""

    TRAFFIC = "traffic"
    BILLING = "billing"
    CARD = "card"
    PHONE = "phone"
    REGISTRATION = "registration"
    OWNERSHIP = "ownership"
    MANY_COUNTRIES = "many-countries"
    ANONYMIZERS = "anonymizers"


class Family(StrEnum):
    """What is observed: kinds that come from the same observation are not independent."""

    LOCATION = "location"
    PAYMENT = "payment"
    PHONE = "phone"
    COMPANY = "company"


FAMILY: Mapping[EvidenceKind, Family] = MappingProxyType(
    {
        EvidenceKind.TRAFFIC: Family.LOCATION,
        EvidenceKind.MANY_COUNTRIES: Family.LOCATION,
        EvidenceKind.ANONYMIZERS: Family.LOCATION,
        EvidenceKind.BILLING: Family.PAYMENT,
        EvidenceKind.CARD: Family.PAYMENT,
        EvidenceKind.PHONE: Family.PHONE,
        EvidenceKind.REGISTRATION: Family.COMPANY,
        EvidenceKind.OWNERSHIP: Family.COMPANY,
    }
)
"""Where each kind comes from: addresses, payments, a telephone number, a register of companies."""

WEIGHT: Mapping[EvidenceKind, int] = MappingProxyType(
    {
        # A register is public, is kept by somebody else, and changes rarely.
        EvidenceKind.REGISTRATION: 3,
        EvidenceKind.OWNERSHIP: 3,
        # A bank or an invoice stands behind it; people do live abroad with a card from home.
        EvidenceKind.BILLING: 2,
        EvidenceKind.CARD: 2,
        # Sources are wrong about some addresses, hardly about most requests of many days.
        EvidenceKind.TRAFFIC: 2,
        # A number is kept for life, or rented in any country.
        EvidenceKind.PHONE: 1,
        # A journey, a team, or a build service does the same.
        EvidenceKind.MANY_COUNTRIES: 1,
        # Who hides where they are has not said where they are.
        EvidenceKind.ANONYMIZERS: 1,
    }
)
"""How reliable each kind is: 3 hardly ever wrong, 2 seldom, 1 a hint."""

ENOUGH = 4
"""What the strongest kinds of two families must weigh together: two hints take no account."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One kind of evidence about one organization.

    It held from `first` to `last`. `detail` are the numbers it rests on, as JSON values; it holds
    no key, no mail address and no address finer than a network.
    """

    kind: EvidenceKind
    first: datetime
    last: datetime
    detail: Mapping[str, Json]

    def __post_init__(self) -> None:
        """What held last did not end before it began."""
        if self.first.utcoffset() is None or self.last.utcoffset() is None:
            raise ValueError(f"{self.kind} has an instant without a time zone")
        if self.last < self.first:
            raise ValueError(f"{self.kind} ends at {self.last}, before {self.first}")

    @property
    def family(self) -> Family:
        """What was observed."""
        return FAMILY[self.kind]

    @property
    def weight(self) -> int:
        """How reliable it is."""
        return WEIGHT[self.kind]

    @property
    def span(self) -> timedelta:
        """For how long it held."""
        return self.last - self.first


Grounds = tuple[Evidence, Evidence]
"""The two pieces of evidence that carry a suspension: of two families, heavy enough together."""


def lasting(evidence: Iterable[Evidence], over: timedelta) -> tuple[Evidence, ...]:
    """The evidence that held for long enough, the heaviest first."""
    held = [one for one in evidence if one.span >= over]
    return tuple(sorted(held, key=lambda one: (-one.weight, one.kind)))


def strongest(evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """The heaviest evidence of each family, the heaviest family first."""
    best: dict[Family, Evidence] = {}
    for one in lasting(evidence, timedelta(0)):
        best.setdefault(one.family, one)
    return tuple(best.values())


def grounds(evidence: Iterable[Evidence]) -> Grounds | None:
    """What a suspension would rest on, None where this evidence carries none."""
    match strongest(evidence):
        case (one, other, *_) if one.weight + other.weight >= ENOUGH:
            return one, other
    return None
