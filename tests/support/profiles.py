"""Profiles of organizations for tests."""

from __future__ import annotations

from datetime import UTC, date, datetime
from fractions import Fraction
from hashlib import sha256

from regiongate.domain.contact import Contact
from regiongate.domain.profile import (
    Fact,
    FactKind,
    Holding,
    Key,
    Owner,
    Profile,
    ProfileContact,
)

NOON = datetime(2024, 7, 9, 12, tzinfo=UTC)
STATED = date(2024, 6, 1)


def key(text: str, prefix: str | None = None) -> Key:
    """The key whose text is this."""
    return Key(sha256(text.encode()).digest(), prefix)


def contact(address: str, language: str = "en", verified: bool = True) -> ProfileContact:
    """Somebody to write to."""
    return ProfileContact(Contact(address, language), verified)


def fact(kind: FactKind = FactKind.BILLING, country: str = "CN") -> Fact:
    """A fact from the books."""
    return Fact(kind, country, date(2023, 1, 1), None, "invoices", STATED)


def holding(owned: str, owner: str, share: Fraction = Fraction(3, 5)) -> Holding:
    """A share."""
    return Holding(owned, owner, share, "register", STATED)


ACME = Profile(
    "acme",
    "Acme \u200c& Söhne",
    "pro",
    contacts=(contact("it@acme.example", "zh-CN"), contact("a@acme.example", verified=False)),
    keys=tuple(sorted((key("one", "sk-one"), key("two")), key=lambda one: one.digest)),
    facts=(fact(), fact(FactKind.CARD, "HK")),
    holdings=(holding("acme", "h1"), holding("h1", "h2"), holding("h2", "h1", Fraction(1, 10))),
    owners=(Owner("h1", "Holding One", None), Owner("h2", "Holding Two", "CN")),
)
BETA = Profile("beta", "Beta", None, holdings=(holding("beta", "acme"),))
