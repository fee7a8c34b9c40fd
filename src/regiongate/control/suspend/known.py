"""What the conditions of a suspension ask about, as the store and the policy have it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from regiongate.control.case_of import case_of
from regiongate.control.suspend.gather import Gathered, gather
from regiongate.domain.measure import Phase
from regiongate.domain.notice import Event
from regiongate.domain.policy import Policy
from regiongate.domain.suspension import Known, Proposed
from regiongate.geo.source import SourceTable
from regiongate.store.notices import Notices
from regiongate.store.suspensions import Proposal, Suspensions

OF_THE_MEASURE = (Event.ANNOUNCEMENT, Event.REMINDER, Event.ON_THE_DAY)
"""The notices of which one must have been delivered before somebody can be suspended."""


@dataclass(frozen=True, slots=True)
class Looked:
    """A case as it is seen before a decision. `notice` is the id of the delivered notice."""

    known: Known
    gathered: Gathered
    notice: str | None
    proposal: Proposal | None

    @property
    def proposed(self) -> Proposed | None:
        """What was proposed, as the conditions know it."""
        if self.proposal is None:
            return None
        approval = self.proposal.approval
        kinds = None if approval is None else approval.kinds
        return Proposed(self.proposal.by, self.proposal.evidence, kinds)


def look(
    connection: sa.Connection,
    number: int,
    policy: Policy,
    tables: Sequence[SourceTable],
    at: datetime,
) -> Looked:
    """Look at a case; `tables` are the policy's sources, in its order.

    Raises CannotRun where there is no such case, or the policy has no rules for it.
    """
    case = case_of(connection, number)
    gathered = gather(connection, case.organization, policy, tables, at)
    proposal = Suspensions(connection).open_of(case)
    delivered = _delivered(connection, number, at)
    # A proposal keeps the notice that it rests on, which may have come back since.
    if proposal is not None and proposal.notice not in {notice for _, notice in delivered}:
        delivered = []
    noticed, notice = delivered[0] if delivered else (None, None)
    known = Known(
        at=at,
        case=case,
        evidence=gathered.evidence,
        brief=gathered.brief,
        noticed=noticed,
        date=policy.measure.start(Phase.SUSPEND),
    )
    return Looked(known, gathered, notice, proposal)


def _delivered(connection: sa.Connection, number: int, at: datetime) -> list[tuple[datetime, str]]:
    """The first of each event that a server took and that did not come back, oldest first."""
    notices = Notices(connection)
    found = (notices.accepted(number, event) for event in OF_THE_MEASURE)
    return sorted((when, name) for name, when in filter(None, found) if when <= at)
