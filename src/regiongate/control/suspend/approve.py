"""Approve: a second person says that a proposed suspension is right."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from regiongate.control.acting import acting
from regiongate.control.suspend.known import look
from regiongate.control.suspend.propose import Moved
from regiongate.domain.policy import Policy
from regiongate.domain.role import Act
from regiongate.domain.suspension import NotYet, before_approving, rests_on, still
from regiongate.geo.source import SourceTable
from regiongate.store.suspensions import Suspensions


def approve(
    connection: sa.Connection,
    number: int,
    policy: Policy,
    tables: Sequence[SourceTable],
    *,
    person: str,
    at: datetime,
) -> Moved:
    """Approve the proposal that a case stands at; the case stays where it is.

    Raises NotYet with every condition that is missing, CannotRun when the person may not, or
    there is no such case.
    """
    actor = acting(connection, person, Act.APPROVE)
    looked = look(connection, number, policy, tables, at)
    known, proposal, proposed = looked.known, looked.proposal, looked.proposed
    lacking = before_approving(known, proposed, actor.name)
    if lacking or proposal is None or proposed is None or known.date is None:
        raise NotYet(number, lacking)
    on = rests_on(still(proposed, known))
    suspensions = Suspensions(connection)
    suspensions.approve(known.case, proposal, actor.name, at, on)
    approved = suspensions.open_of(known.case) or proposal
    return Moved(known.case, approved, looked.gathered, max(at, known.date))
