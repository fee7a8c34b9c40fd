"""Audit events: what was changed, when, by whom, and how one event is bound to the one before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]


class Tag(StrEnum):
    """What happened, as `subject:what`. Nothing else can stand in the trail."""

    PERSON_ADDED = "person:added"
    PERSON_CHANGED = "person:changed"
    PERSON_REMOVED = "person:removed"
    PERSONAL_DATA_VIEWED = "personal-data:viewed"
    TOKEN_ISSUED = "token:issued"  # noqa: S105
    TOKEN_REVOKED = "token:revoked"  # noqa: S105
    LOGIN_OFFERED = "login:offered"
    SESSION_BEGUN = "session:begun"
    SESSION_ENDED = "session:ended"
    ORGANIZATIONS_IMPORTED = "organization:imported"
    ORGANIZATION_ERASED = "organization:erased"
    ADDRESSES_FOLDED = "sighting:folded"
    CONTACT_BAD = "contact:bad"
    CASE_FOUND = "case:found"
    CASE_NOTICED = "case:noticed"
    CASE_REMINDED = "case:reminded"
    CASE_RESTRICTED = "case:restricted"
    CASE_EXEMPTED = "case:exempted"
    CASE_LAPSED = "case:lapsed"
    CASE_PROPOSED = "case:proposed"
    CASE_WITHDRAWN = "case:withdrawn"
    CASE_APPROVED = "case:approved"
    CASE_SUSPENDED = "case:suspended"
    CASE_RELEASED = "case:released"
    CASE_NOTED = "case:noted"
    CASE_LOUD = "case:loud"
    NOTICE_COMPOSED = "notice:composed"
    NOTICE_SENT = "notice:sent"
    NOTICE_REFUSED = "notice:refused"
    NOTICE_UNKNOWN = "notice:unknown"
    NOTICE_GIVEN_UP = "notice:given-up"
    NOTICE_CANCELLED = "notice:cancelled"
    NOTICE_BOUNCED = "notice:bounced"
    NOTICE_SETTLED = "notice:settled"
    EXEMPTION_GRANTED = "exemption:granted"
    EXEMPTION_ENDED = "exemption:ended"
    CORRECTION_GRANTED = "correction:granted"
    CORRECTION_ENDED = "correction:ended"
    APPEAL_OPENED = "appeal:opened"
    APPEAL_REOPENED = "appeal:reopened"
    APPEAL_GRANTED = "appeal:granted"
    APPEAL_DENIED = "appeal:denied"
    STANDINGS_PUBLISHED = "standing:published"
    SOURCE_ADDED = "source:added"
    SOURCE_UPDATED = "source:updated"
    SOURCE_ROLLED_BACK = "source:rolled-back"
    SOURCE_REMOVED = "source:removed"
    CLAIM_CODE_ISSUED = "claim-code:issued"
    ISSUER_TRUSTED = "issuer:trusted"
    ISSUER_DISTRUSTED = "issuer:distrusted"
    TOKENS_GRANTED = "ledger:granted"
    TOKENS_SPENT = "ledger:spent"
    TOKENS_LAPSED = "ledger:lapsed"
    POLICY_PROPOSED = "policy:proposed"
    POLICY_WITHDRAWN = "policy:withdrawn"
    POLICY_PUBLISHED = "policy:published"
    POLICY_ROLLED_BACK = "policy:rolled-back"


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One change. `actor` is a person's name, `regiongate`, or `organization` for an appeal.

    `organization` is the id that the event is about, None where it is about none. `detail` says
    the rest in JSON values; it holds no mail address and no address finer than a network.
    """

    at: datetime
    actor: str
    tag: Tag
    organization: str | None
    detail: Mapping[str, Json]
