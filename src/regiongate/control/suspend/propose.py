"""Propose: one person says that an account should be suspended, on what evidence, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from regiongate.control.acting import acting
from regiongate.control.suspend.gather import Gathered
from regiongate.control.suspend.known import look
from regiongate.control.suspend.tells import Tells, told_of
from regiongate.domain.audit import Json
from regiongate.domain.case import Case, Step
from regiongate.domain.errors import CannotRun
from regiongate.domain.notice import Event
from regiongate.domain.policy import Policy
from regiongate.domain.role import Act
from regiongate.domain.suspension import NotYet, before_proposing
from regiongate.geo.source import SourceTable
from regiongate.store.cases import Cases
from regiongate.store.suspensions import Proposal, Suspensions


@dataclass(frozen=True, slots=True)
class Moved:
    """A case after a decision, what it rests on, and from when it may be carried out."""

    case: Case
    proposal: Proposal
    gathered: Gathered
    earliest: datetime


def propose(
    connection: sa.Connection,
    number: int,
    policy: Policy,
    tables: Sequence[SourceTable],
    desk: Tells,
    *,
    person: str,
    reason: str,
    at: datetime,
) -> Moved:
    """Propose to suspend, and tell the organization; `tables` are the policy's, in its order.

    Raises NotYet with every condition that is missing, CannotRun when the person may not, there
    is no such case, or no reason is given.
    """
    actor = acting(connection, person, Act.PROPOSE)
    looked = look(connection, number, policy, tables, at)
    lacking = before_proposing(looked.known)
    if lacking or looked.notice is None or looked.known.date is None:
        raise NotYet(number, lacking)
    if not reason.strip():
        raise CannotRun("a proposal needs a reason: say why with --reason")
    evidence = looked.gathered.evidence
    detail: dict[str, Json] = {
        "evidence": [one.kind.value for one in evidence],
        "notice": looked.notice,
    }
    case = Cases(connection).take(
        looked.known.case, Step.PROPOSE, at, actor.name, reason, detail=detail
    )
    proposal = Proposal(number, case.steps, actor.name, at, reason, looked.notice, evidence)
    Suspensions(connection).propose(proposal)
    earliest = max(at, looked.known.date)
    told = told_of(Event.SUSPENSION_PROPOSED, proposal.step, evidence, earliest)
    desk.write(connection, [case], told, at, actor=actor.name)
    return Moved(case, proposal, looked.gathered, earliest)
