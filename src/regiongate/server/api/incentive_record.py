"""Claim codes and the ledger as the API says them."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import BaseModel, Field

from regiongate.domain.ledger import GrantState, TokenGrant
from regiongate.store.ledger_codes import IssuedCode

_SHOWN = 8


class IssuedRecord(BaseModel):
    """A claim code that was issued. Its text is kept nowhere, and cannot be said from this."""

    case: int
    offer: str | None = Field(description="Null: any.")
    issuer: str
    period: int = Field(description="Which of the case's codes for the offer it is.")
    begins: str = Field(description="How its random id begins.", examples=["4f1c09ab"])
    issued: date = Field(description="In UTC.")
    expires: date = Field(description="In UTC; the first day on which it is no more good.")


class GivenRecord(BaseModel):
    """A claim code that somebody was given."""

    issued: IssuedRecord
    new: bool = Field(description="False: it had been issued already, and is given again.")
    kept: bool = Field(description="False where it was rehearsed with `dry_run`.")
    code: str | None = Field(
        description="The code, a secret of the organization; null: a new one, only rehearsed."
    )


class KeyRecord(BaseModel):
    """The public key that verifies claim codes of this provider."""

    issuer: str | None = Field(description="What codes call it; null: this server issues none.")
    ed25519: str = Field(description="32 bytes in hexadecimal.")
    pem: str


class GrantRecord(BaseModel):
    """Tokens of an account, and how many are left."""

    id: str
    account: str
    offer: str
    issuer: str
    code: str = Field(description="The random id of the claim code that they came by.")
    model: str | None = Field(description="Null: any.")
    granted: datetime
    expires: datetime | None = Field(description="Null: without end.")
    tokens: int
    left: int
    state: GrantState


class MadeRecord(BaseModel):
    """What a claim brought."""

    kept: bool = Field(description="False where it was rehearsed with `dry_run`.")
    account: str
    offer: str
    grants: list[GrantRecord]
    besides: list[str] = Field(description="What the offer gives that is no tokens.")


class SpentRecord(BaseModel):
    """A spend, and what is left afterwards."""

    kept: bool = Field(description="False where it was rehearsed with `dry_run`.")
    new: bool = Field(description="False: it had been done already, and nothing changed.")
    id: str
    account: str
    tokens: int
    model: str | None
    left: int


class BalanceRecord(BaseModel):
    """How many tokens an account can spend now."""

    account: str
    tokens: int
    grants: list[GrantRecord]


class LapsedGrant(BaseModel):
    """How many tokens of a grant have lapsed."""

    grant: str
    account: str
    tokens: int


class LapsedRecord(BaseModel):
    """What has lapsed."""

    kept: bool = Field(description="False where it was rehearsed with `dry_run`.")
    lapsed: list[LapsedGrant]


def issued_record(one: IssuedCode) -> IssuedRecord:
    """The record of an issued code."""
    code = one.code
    return IssuedRecord(
        case=one.case,
        offer=code.offer,
        issuer=code.issuer,
        period=one.period,
        begins=code.id[:_SHOWN],
        issued=code.issued,
        expires=code.expires,
    )


def grant_record(one: TokenGrant, at: datetime) -> GrantRecord:
    """The record of a grant at an instant."""
    return GrantRecord(
        id=one.id,
        account=one.account,
        offer=one.offer,
        issuer=one.issuer,
        code=one.code,
        model=one.model,
        granted=one.granted,
        expires=one.expires,
        tokens=one.tokens,
        left=one.left,
        state=one.state(at),
    )
