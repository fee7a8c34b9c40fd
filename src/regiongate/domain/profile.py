"""The profile of an organization: what the provider's own books say of it.

Where somebody was born, what language they speak and what they are called is no fact here: it is
no evidence of where an API is used, so there is no place to write it down.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from regiongate.domain.contact import Contact
from regiongate.domain.line import is_line
from regiongate.domain.organization import ID_PATTERN

_ID = re.compile(ID_PATTERN)
_COUNTRY = re.compile("[A-Z]{2}")

KEY_PREFIX = re.compile(r"[!-+\--~]{1,16}")
"""The public beginning of a key: printable ASCII without space and comma, too short to be a key."""

FINEST_SHARE = 10**9
"""A share is a number of billionths: the store keeps both parts of the fraction in 64 bits."""


class FactKind(StrEnum):
    """What kind of thing the books say about where an organization is (`evidence.EvidenceKind`)."""

    BILLING = "billing"
    CARD = "card"
    PHONE = "phone"
    REGISTRATION = "registration"


@dataclass(frozen=True, slots=True)
class Fact:
    """That the billing address, the card, the phone or the registration is of a country.

    `country` is a code of ISO 3166-1. It was so from the day `since` to the day `until`, both
    included; None where the beginning is not known, or where there is no end yet. `source` says
    who states it, `stated` on which day.
    """

    kind: FactKind
    country: str
    since: date | None
    until: date | None
    source: str
    stated: date

    def __post_init__(self) -> None:
        """Evidence without its source and date is none."""
        _country(self.country)
        _line("the source of a fact", self.source)
        if self.since is not None and self.until is not None and self.until < self.since:
            raise ValueError(f"a fact that ends on {self.until} did not begin on {self.since}")


@dataclass(frozen=True, slots=True)
class Holding:
    """That `owner` holds a share of `owned`, both ids of organizations or of owners.

    `share` is over 0 and up to 1.
    """

    owned: str
    owner: str
    share: Fraction
    source: str
    stated: date

    def __post_init__(self) -> None:
        """What somebody holds of themselves says nothing of who owns them."""
        _id(self.owned)
        _id(self.owner)
        _line("the source of a holding", self.source)
        if self.owned == self.owner:
            raise ValueError(f"{self.owned} cannot hold a share of itself")
        if not 0 < self.share <= 1 or FINEST_SHARE % self.share.denominator:
            raise ValueError(f"{self.share} is no share: over 0, up to 1, nine decimals at most")


@dataclass(frozen=True, slots=True)
class Owner:
    """Somebody who holds a share and is no organization here.

    `country` is that of registration, for a person that of residence, never that of birth or of a
    passport; None where nobody said.
    """

    id: str
    name: str
    country: str | None

    def __post_init__(self) -> None:
        """An owner is told of by id and name."""
        _id(self.id)
        _line("the name of an owner", self.name)
        if self.country is not None:
            _country(self.country)


@dataclass(frozen=True, slots=True)
class ProfileContact:
    """Whom of an organization one may write to. `verified`: they have answered from there once."""

    contact: Contact
    verified: bool


@dataclass(frozen=True, slots=True)
class Key:
    """An API key: its SHA-256 digest (32 bytes), and its public beginning where that is known."""

    digest: bytes
    prefix: str | None

    def __post_init__(self) -> None:
        """The key itself is never kept, so nothing that could be one may stand here."""
        if len(self.digest) != 32:
            raise ValueError(f"a SHA-256 digest has 32 bytes, not {len(self.digest)}")
        if self.prefix is not None and not KEY_PREFIX.fullmatch(self.prefix):
            raise ValueError("the prefix of a key is 1 to 16 ASCII letters without space and comma")


@dataclass(frozen=True, slots=True)
class Profile:
    """What the books say of one organization.

    `contacts` stand in the order in which they are to be asked, `keys` in that of their digests.
    A holding is of this organization or of one of the `owners`; who owns is one of these, or
    another organization.
    """

    id: str
    name: str
    plan: str | None
    contacts: tuple[ProfileContact, ...] = ()
    keys: tuple[Key, ...] = ()
    facts: tuple[Fact, ...] = ()
    holdings: tuple[Holding, ...] = ()
    owners: tuple[Owner, ...] = ()

    def __post_init__(self) -> None:
        """A name stands in the header of a letter."""
        _id(self.id)
        _line("the name of an organization", self.name)
        if self.plan is not None:
            _line("a plan", self.plan)


def _id(text: str) -> None:
    if not _ID.fullmatch(text):
        raise ValueError(f"{text!r} is no id: 1 to 256 ASCII letters, no space and no comma")


def _line(what: str, text: str) -> None:
    if not is_line(text):
        raise ValueError(f"{what} is {text!r}: it must be one line of text, and not empty")


def _country(code: str) -> None:
    if not _COUNTRY.fullmatch(code):
        raise ValueError(f"{code!r} is no code of ISO 3166-1")
