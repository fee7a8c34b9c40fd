"""The plan of one organization as the API says it."""

from __future__ import annotations

from pydantic import BaseModel, Field

from regiongate.domain.offer import Condition, Feature, Speech, TokenKind
from regiongate.server.api.offers_record import OfferRecord


class PolicyName(BaseModel):
    """The policy that says what is supported."""

    name: str
    version: str


class UsedRecord(BaseModel):
    """What was seen of the organization from one day to another (UTC)."""

    since: str
    until: str
    days: int
    requests: int
    counted: int = Field(description="In how many requests tokens were counted.")
    tokens: int | None
    unsupported_regions: dict[str, int] = Field(description="Each with its requests.")
    tokens_a_month: int | None
    tokens_a_month_by_kind: dict[TokenKind, int] | None
    models: dict[str, int] = Field(description="Those that logs named, each with its requests.")
    other_models: int = Field(description="Requests with models that are not kept by name.")
    unnamed_models: int = Field(description="Requests of which no log named the model.")
    features: dict[Feature, int] = Field(description="Each with its requests.")


class ExamplesRecord(BaseModel):
    """Examples of what it uses."""

    models: list[str]
    features: list[Feature]
    other_paths: list[str]


class RangeRecord(BaseModel):
    """From the least to the most that it can be; decimal numbers as texts."""

    least: str
    most: str


class CostRecord(BaseModel):
    """What all tokens of some months cost with one model, before and after the incentive."""

    model: str
    months: int
    currency: str | None
    before: RangeRecord | None
    after: RangeRecord | None
    unpriced: list[TokenKind] = Field(
        description="For want of the prices of these tokens a cost is unknown."
    )


class ChangeRecord(BaseModel):
    """The code of a client with what is new in it."""

    client: str
    speaks: Speech
    language: str
    code: str


class AlternativeRecord(BaseModel):
    """An offer that serves at least one region of the organization."""

    offer: OfferRecord
    serves: list[str]
    leaves_out: list[str]
    models: dict[str, str | None]
    features: dict[Feature, bool | None] = Field(description="Null: its source does not say.")
    conditions: dict[Condition, bool | None] = Field(description="Null: only the vendor knows.")
    costs: list[CostRecord]
    changes: list[ChangeRecord]


class PlanRecord(BaseModel):
    """Where one organization can go, what that costs, and what it has to change."""

    organization: str
    name: str | None
    api: str | None
    at: str
    policy: PolicyName
    case: int | None
    export_until: str | None
    used: UsedRecord
    examples: ExamplesRecord | None
    offers: str = Field(description="The file of the offers.")
    alternatives: list[AlternativeRecord]
    history: list[OfferRecord]
