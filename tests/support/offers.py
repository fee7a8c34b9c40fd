"""Offers as tests need them: right as they stand, one fact changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from regiongate.domain.offer import (
    Condition,
    Endpoint,
    Feature,
    Grant,
    Incentive,
    Kind,
    Offer,
    Offers,
    Price,
    Prices,
    Speech,
    TokenKind,
)

OPENS = datetime(2026, 6, 1, tzinfo=UTC)
ONE = Offer(
    name="example-cloud",
    provider="Example Cloud",
    kind=Kind.CURRENT,
    regions=("CN", "UA"),
    excepted=("UA-43",),
    opens=OPENS,
    closes=OPENS + timedelta(days=60),
    incentive=Incentive(
        grants=(Grant(1_000_000, "large"),), off=Fraction(1, 5), lasts=timedelta(days=365)
    ),
    conditions=(Condition.NEWLY_SWITCHING, Condition.AFFECTED),
    prices=Prices(
        "EUR",
        (
            Price("large", TokenKind.INPUT, Decimal("2.00")),
            Price("large", TokenKind.OUTPUT, Decimal(8)),
            Price("small", TokenKind.INPUT, Decimal("0.10")),
            Price("small", TokenKind.OUTPUT, Decimal("0.40")),
        ),
    ),
    endpoints=(
        Endpoint(Speech.OPENAI, "https://api.cloud.example/v1"),
        Endpoint(Speech.ANTHROPIC, "https://api.cloud.example"),
    ),
    models=(("old-large", "large"), ("old-small", "small")),
    features=(Feature.CHAT, Feature.MODELS),
    source="The vendor's page.",
    dated="2026-05-30",
)


def offer(**facts: Any) -> Offer:
    """ONE with some facts changed."""
    return replace(ONE, **facts)


def offers(*each: Offer) -> Offers:
    """A file of offers."""
    return Offers("offers.yaml", each or (ONE,))
