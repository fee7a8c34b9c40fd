"""An offer as the API says it: with the keys of an offers file, and what is not said null."""

from __future__ import annotations

from pydantic import BaseModel, Field

from regiongate.domain.errors import Problem
from regiongate.domain.offer import Condition, Feature, Kind, Speech, TokenKind


class FreeTokens(BaseModel):
    """Free tokens; without a model, for any."""

    count: int
    model: str | None


class FormerUsageRecord(BaseModel):
    """Free tokens as many as were used before, over a time such as `30d`."""

    over: str | None
    model: str | None


class IncentiveRecord(BaseModel):
    """What is given to who switches."""

    tokens: list[FreeTokens]
    former_usage: FormerUsageRecord | None
    off: str | None = Field(description="By how much prices are lower, such as `20%`.")
    lasts: str | None = Field(description="How long, such as `90d`, or `without-end`.")
    besides: str | None


class PriceRecord(BaseModel):
    """What a million tokens of a kind cost, as a decimal number, so that no digit is lost."""

    model: str
    kind: TokenKind
    per_million: str


class PricesRecord(BaseModel):
    """The prices of an offer, all in one currency (ISO 4217)."""

    currency: str
    each: list[PriceRecord]


class EndpointRecord(BaseModel):
    """Where the API of the offer is, and whose it speaks."""

    speaks: Speech
    base_url: str


class OfferRecord(BaseModel):
    """An offer; what its source does not say is null."""

    name: str
    provider: str
    kind: Kind
    regions: list[str] | None
    except_: list[str] = Field(alias="except")
    opens: str | None
    closes: str | None = Field(description="The instant from which on it is over, or `never`.")
    incentive: IncentiveRecord | None
    conditions: list[Condition]
    prices: PricesRecord | None
    endpoints: list[EndpointRecord]
    models: dict[str, str]
    features: list[Feature] | None
    source: str
    dated: str


class StandingOffer(OfferRecord):
    """An offer, and whether it can be taken up now."""

    stands: bool


class Checked(BaseModel):
    """Every problem of a text as an offers file; none: it can be used."""

    problems: list[Problem]
