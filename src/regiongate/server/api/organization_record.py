"""An organization as the API says it: what the books tell, mail addresses masked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from pydantic import BaseModel

from regiongate.domain.contact import masked
from regiongate.domain.profile import Profile
from regiongate.store.organizations import KnownContact


class ContactRecord(BaseModel):
    """Whom one may write to; `bad_since` is null while mail arrives."""

    address: str | None
    language: str | None
    verified: bool
    bad_since: datetime | None
    bad_reason: str | None


class KeyRecord(BaseModel):
    """An API key: its SHA-256 digest in hexadecimal, and how it begins where that is known."""

    sha256: str
    prefix: str | None


class FactRecord(BaseModel):
    """What a book says of an organization, by whose word and of which day."""

    kind: str
    country: str | None
    since: date | None
    until: date | None
    source: str | None
    stated: date | None


class HoldingRecord(BaseModel):
    """Who owns which share (0 to 1) of whom."""

    owned: str
    owner: str
    share: float
    source: str | None
    stated: date | None


class OwnerRecord(BaseModel):
    """An owner that is no organization of ours."""

    id: str
    name: str
    country: str | None


class OrganizationRecord(BaseModel):
    """All that the books say of an organization."""

    id: str
    name: str
    plan: str | None
    contacts: list[ContactRecord]
    keys: list[KeyRecord]
    facts: list[FactRecord]
    holdings: list[HoldingRecord]
    owners: list[OwnerRecord]


def organization_record(
    profile: Profile, contacts: Sequence[KnownContact], *, whole: bool
) -> OrganizationRecord:
    """The record of an organization, with its mail addresses in full where `whole`."""
    said: dict[str, Any] = {
        "id": profile.id,
        "name": profile.name,
        "plan": profile.plan,
        "contacts": [_contact(one, whole) for one in contacts],
        "keys": [KeyRecord(sha256=key.digest.hex(), prefix=key.prefix) for key in profile.keys],
    }
    of: dict[str, type[BaseModel]] = {
        "facts": FactRecord,
        "holdings": HoldingRecord,
        "owners": OwnerRecord,
    }
    for name, model in of.items():
        rows = getattr(profile, name)
        said[name] = [model.model_validate(one, from_attributes=True) for one in rows]
    return OrganizationRecord(**said)


def _contact(known: KnownContact, whole: bool) -> ContactRecord:
    address = known.contact.address
    return ContactRecord(
        address=address if whole else masked(address),
        language=known.contact.language,
        verified=known.verified,
        bad_since=known.bad_since,
        bad_reason=known.bad_reason,
    )
