"""Suspensions: proposals with their evidence, and their approval by another person."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from regiongate.domain.audit import AuditEvent, Json, Tag
from regiongate.domain.case import Case, CaseState, NotAllowed
from regiongate.domain.chain import canonical_json
from regiongate.domain.evidence import FAMILY, WEIGHT, Evidence, EvidenceKind, Grounds
from regiongate.store.audit import AuditTrail
from regiongate.store.suspension_tables import APPROVAL, EVIDENCE, PROPOSAL


@dataclass(frozen=True, slots=True)
class Approval:
    """That another person approved a proposal, and the two kinds of evidence it rests on."""

    by: str
    at: datetime
    kinds: tuple[EvidenceKind, EvidenceKind]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposed suspension: the step of the case that proposed it, and what it rests on.

    `notice` is the id of the notice that was delivered. `approval` is None until somebody else
    has approved it.
    """

    case: int
    step: int
    by: str
    at: datetime
    reason: str
    notice: str
    evidence: tuple[Evidence, ...]
    approval: Approval | None = None


class Suspensions:
    """The suspensions within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._trail = AuditTrail(connection)

    def propose(self, proposal: Proposal) -> None:
        """Keep what a case rests on that has just taken the step `propose`, which is told there."""
        place = {"case": proposal.case, "step": proposal.step}
        values = {
            **place,
            "proposed_by": proposal.by,
            "proposed_at": proposal.at,
            "reason": proposal.reason,
            "notice": proposal.notice,
        }
        self._connection.execute(sa.insert(PROPOSAL).values(values))
        rows = [place | _row(one) for one in proposal.evidence]
        self._connection.execute(sa.insert(EVIDENCE), rows)

    def approve(self, case: Case, proposal: Proposal, by: str, at: datetime, on: Grounds) -> None:
        """Keep that a person approved a proposal, on two pieces of its evidence.

        Raises NotAllowed when the instant lies before that of the proposal.
        """
        if at < proposal.at:
            message = f"case {proposal.case} was proposed at {proposal.at.isoformat()}"
            raise NotAllowed(f"{message}: it cannot be approved at {at.isoformat()}")
        values = {
            "case": proposal.case,
            "step": proposal.step,
            "proposed_by": proposal.by,
            "approved_by": by,
            "approved_at": at,
        }
        for name, one in zip(("one", "other"), on, strict=True):
            values |= {f"{name}_{field}": value for field, value in _ground(one).items()}
        self._connection.execute(sa.insert(APPROVAL).values(values))
        detail: dict[str, Json] = {
            "case": proposal.case,
            "proposed_by": proposal.by,
            "evidence": [one.kind.value for one in on],
        }
        event = AuditEvent(at, by, Tag.CASE_APPROVED, case.organization, detail)
        self._trail.write([event])

    def open_of(self, case: Case) -> Proposal | None:
        """The proposal that a case stands at, None where it stands elsewhere."""
        if case.state is not CaseState.SUSPENSION_PROPOSED:
            return None
        return next((one for one in self.of(case.number) if one.step == case.steps), None)

    def of(self, case: int) -> list[Proposal]:
        """The proposals of a case, withdrawn ones included, in the order of their steps."""
        columns = (APPROVAL.c.approved_by, APPROVAL.c.approved_at)
        kinds = (APPROVAL.c.one_kind, APPROVAL.c.other_kind)
        query = (
            sa.select(PROPOSAL, *columns, *kinds)
            .select_from(PROPOSAL.outerjoin(APPROVAL, _same(APPROVAL, PROPOSAL)))
            .where(PROPOSAL.c["case"] == case)
            .order_by(PROPOSAL.c.step)
        )
        evidence = self._evidence(case)
        return [
            _proposal(row._mapping, evidence.get(row.step, []))
            for row in self._connection.execute(query).all()
        ]

    def _evidence(self, case: int) -> dict[int, list[Evidence]]:
        query = sa.select(EVIDENCE).where(EVIDENCE.c["case"] == case)
        ordered = query.order_by(EVIDENCE.c.step, EVIDENCE.c.weight.desc(), EVIDENCE.c.kind)
        found: dict[int, list[Evidence]] = {}
        for row in self._connection.execute(ordered):
            one = Evidence(EvidenceKind(row.kind), row.first, row.last, json.loads(row.detail))
            found.setdefault(row.step, []).append(one)
        return found


def kinds() -> Iterable[dict[str, Any]]:
    """The rows of `evidence_kind`."""
    return [{"kind": kind, "family": FAMILY[kind], "weight": WEIGHT[kind]} for kind in FAMILY]


def _same(one: sa.Table, other: sa.Table) -> sa.ColumnElement[bool]:
    return (one.c["case"] == other.c["case"]) & (one.c.step == other.c.step)


def _ground(one: Evidence) -> dict[str, Any]:
    return {"kind": one.kind.value, "family": one.family.value, "weight": one.weight}


def _row(one: Evidence) -> dict[str, Any]:
    held = {"first": one.first, "last": one.last, "detail": canonical_json(one.detail)}
    return _ground(one) | held


def _proposal(row: Mapping[Any, Any], evidence: Iterable[Evidence]) -> Proposal:
    approval = None
    if row["approved_by"] is not None:
        grounds = (EvidenceKind(row["one_kind"]), EvidenceKind(row["other_kind"]))
        approval = Approval(row["approved_by"], row["approved_at"], grounds)
    return Proposal(
        case=row["case"],
        step=row["step"],
        by=row["proposed_by"],
        at=row["proposed_at"],
        reason=row["reason"],
        notice=row["notice"],
        evidence=tuple(evidence),
        approval=approval,
    )
