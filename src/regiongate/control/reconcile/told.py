"""Cases move on when a server has taken what they were told, not when it was written."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from regiongate.domain.case import Case, CaseState, Step
from regiongate.domain.notice import Event
from regiongate.domain.role import SYSTEM
from regiongate.store.case_tables import CASE
from regiongate.store.cases import Cases
from regiongate.store.notices import NOTICE, NoticeState

_MOVES = (
    (Event.ANNOUNCEMENT, (CaseState.FOUND,), Step.NOTICE),
    (Event.REMINDER, (CaseState.NOTICED, CaseState.REMINDED), Step.REMIND),
)


def move_on(connection: sa.Connection, at: datetime) -> list[Case]:
    """Take the steps that delivered notices are; returns the cases that moved."""
    cases = Cases(connection)
    return [
        case
        for event, states, step in _MOVES
        for case in cases.take_all(
            _delivered(connection, event, states), step, at, SYSTEM, f"the {event} was delivered"
        )
    ]


def _delivered(connection: sa.Connection, event: Event, states: Sequence[CaseState]) -> list[Case]:
    """Cases in these states to which such a notice was delivered since they are."""
    delivered = (
        sa.select(NOTICE.c["case"])
        .where(
            NOTICE.c["case"] == CASE.c.number,
            NOTICE.c.event == event.value,
            NOTICE.c.state == NoticeState.ACCEPTED.value,
            NOTICE.c.bounced_at.is_(None),
            NOTICE.c.accepted_at >= CASE.c.since,
        )
        .exists()
    )
    return list(Cases(connection).where(CASE.c.state.in_([one.value for one in states]), delivered))
