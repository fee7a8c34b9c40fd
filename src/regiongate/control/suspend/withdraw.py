"""Withdraw: what was proposed is not to be done after all."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from regiongate.control.acting import acting
from regiongate.control.case_of import case_of
from regiongate.domain.case import Case, CaseState, Step
from regiongate.domain.errors import CannotRun
from regiongate.domain.notice import Event
from regiongate.domain.role import Act
from regiongate.store.cases import Cases
from regiongate.store.notices import Notices


def withdraw(
    connection: sa.Connection, number: int, *, person: str, reason: str, at: datetime
) -> Case:
    """Withdraw the proposal that a case stands at, whoever made it, approved or not.

    A notice of it that has not been sent is cancelled. Raises CannotRun when nothing is proposed,
    no reason is given, or the person may not.
    """
    actor = acting(connection, person, Act.WITHDRAW)
    case = case_of(connection, number)
    if case.state is not CaseState.SUSPENSION_PROPOSED:
        raise CannotRun(f"case {number} is {case.state}, so there is no proposal to withdraw")
    if not reason.strip():
        raise CannotRun("say why it is withdrawn with --reason")
    moved = Cases(connection).take(case, Step.WITHDRAW, at, actor.name, reason)
    Notices(connection).cancel(
        [number], [Event.SUSPENSION_PROPOSED], at, actor.name, "the proposal was withdrawn"
    )
    return moved
