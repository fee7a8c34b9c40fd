"""A case as the API says it: everything of `control.case_view.View` but mail addresses."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from regiongate.control.cases.view import View
from regiongate.domain.appeal import Appeal
from regiongate.domain.case import Case
from regiongate.domain.exemption import Exemption
from regiongate.domain.notice import Event
from regiongate.store.cases import Note, Taken
from regiongate.store.notices import KeptNotice
from regiongate.store.suspensions import Proposal


class NoticeRecord(BaseModel):
    """A notice and what became of it."""

    id: str
    event: Event
    subject: str
    language: str
    state: str
    composed_at: datetime
    accepted_at: datetime | None
    bounced_at: datetime | None
    reply_code: int | None
    reply: str | None


class ProposalRecord(BaseModel):
    """A proposed suspension and what it rests on."""

    step: int
    by: str
    at: datetime
    reason: str
    approved_by: str | None
    evidence: list[dict[str, Any]]


class AppealRecord(BaseModel):
    """An appeal, without its text and the mail address that it came with."""

    id: str
    state: str
    opened: datetime
    due: datetime
    decided: datetime | None
    decided_by: str | None
    reason: str | None


class ExemptionRecord(BaseModel):
    """What the region rules do not apply to; of a key its digest in hexadecimal."""

    id: str
    scope: str
    organization: str | None
    key: str | None
    network: str | None
    reason: str
    approver: str
    granted: datetime
    expires: datetime | None
    ended: datetime | None


class CaseRecord(BaseModel):
    """A case, its steps, and all that was written, told, appealed, proposed and granted in it."""

    case: Case
    steps: list[Taken] = Field(description="What moved it, in order.")
    notes: list[Note]
    notices: list[NoticeRecord]
    appeals: list[AppealRecord]
    proposals: list[ProposalRecord]
    exemptions: list[ExemptionRecord]


def case_record(view: View) -> CaseRecord:
    """The record of a case."""
    return CaseRecord(
        case=view.case,
        steps=list(view.steps),
        notes=list(view.notes),
        notices=[notice_record(one) for one in view.notices],
        appeals=[appeal_record(one) for one in view.appeals],
        proposals=[_proposal(one) for one in view.proposals],
        exemptions=[exemption_record(one) for one in view.exemptions],
    )


def notice_record(one: KeptNotice) -> NoticeRecord:
    """The record of a notice."""
    return NoticeRecord.model_validate(one, from_attributes=True)


def appeal_record(one: Appeal) -> AppealRecord:
    """The record of an appeal."""
    return AppealRecord.model_validate(one, from_attributes=True)


def exemption_record(one: Exemption) -> ExemptionRecord:
    """The record of an exemption."""
    return ExemptionRecord(
        id=one.id,
        scope=one.scope,
        organization=one.organization,
        key=None if one.key is None else one.key.hex(),
        network=None if one.network is None else str(one.network),
        reason=one.reason,
        approver=one.approver,
        granted=one.granted,
        expires=one.expires,
        ended=one.ended,
    )


def _proposal(one: Proposal) -> ProposalRecord:
    return ProposalRecord(
        step=one.step,
        by=one.by,
        at=one.at,
        reason=one.reason,
        approved_by=None if one.approval is None else one.approval.by,
        evidence=[{"kind": e.kind.value} for e in one.evidence],
    )
