"""Suspend: carry out what one person proposed and another approved."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from regiongate.control.acting import acting
from regiongate.control.suspend.known import look
from regiongate.control.suspend.propose import Moved
from regiongate.control.suspend.tells import Tells, told_of
from regiongate.domain.audit import Json
from regiongate.domain.case import Step
from regiongate.domain.notice import Event
from regiongate.domain.policy import Policy
from regiongate.domain.role import Act
from regiongate.domain.suspension import NotYet, before_suspending
from regiongate.geo.source import SourceTable
from regiongate.store.cases import Cases
from regiongate.store.notices import Notices


def suspend(
    connection: sa.Connection,
    number: int,
    policy: Policy,
    tables: Sequence[SourceTable],
    desk: Tells,
    *,
    person: str,
    at: datetime,
) -> Moved:
    """Suspend the account of a case, and tell the organization.

    Either of the two people may, or a third. Raises NotYet with every condition that is missing,
    CannotRun when the person may not, or there is no such case.
    """
    actor = acting(connection, person, Act.SUSPEND)
    looked = look(connection, number, policy, tables, at)
    proposal = looked.proposal
    lacking = before_suspending(looked.known, looked.proposed)
    if lacking or proposal is None or proposal.approval is None:
        raise NotYet(number, lacking)
    approval = proposal.approval
    detail: dict[str, Json] = {
        "proposed_by": proposal.by,
        "approved_by": approval.by,
        "evidence": [kind.value for kind in approval.kinds],
    }
    case = Cases(connection).take(
        looked.known.case, Step.SUSPEND, at, actor.name, proposal.reason, detail=detail
    )
    why = "the account is suspended"
    Notices(connection).cancel([number], [Event.SUSPENSION_PROPOSED], at, actor.name, why)
    told = told_of(Event.SUSPENDED, proposal.step, proposal.evidence, at)
    desk.write(connection, [case], told, at, actor=actor.name)
    return Moved(case, proposal, looked.gathered, at)
