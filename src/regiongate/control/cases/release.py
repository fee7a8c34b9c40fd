"""Release: a person ends a case, and the organization is told."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from regiongate.control.acting import acting
from regiongate.control.case_of import case_of
from regiongate.control.grant.exempt import BY_DATE
from regiongate.control.notices.desk import Desk, Told
from regiongate.domain.case import Case, Step
from regiongate.domain.notice import Event, Release, ReleaseCause
from regiongate.domain.role import Act
from regiongate.store.cases import Cases
from regiongate.store.notices import Notices


def release(
    connection: sa.Connection, desk: Desk, number: int, *, person: str, reason: str, at: datetime
) -> Case:
    """Release a case after a review. Raises CannotRun when it is over or the person may not."""
    actor = acting(connection, person, Act.RELEASE)
    case = case_of(connection, number)
    cause = ReleaseCause.REVIEW
    cases = Cases(connection)
    released = cases.take(case, Step.RELEASE, at, actor.name, reason, detail={"cause": cause.value})
    cases.be_loud(number, None)
    Notices(connection).cancel([number], BY_DATE, at, actor.name, "the organization is released")
    told = Told(Event.RELEASED, release=Release(cause, at))
    desk.write(connection, [released], told, at)
    return released
