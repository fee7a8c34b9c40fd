"""What a date brings: announcements, reminders, and the day itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from regiongate.control.notices.desk import Desk, Told
from regiongate.control.notices.seen import Places
from regiongate.domain.case import Case, CaseState, Step
from regiongate.domain.measure import Phase
from regiongate.domain.notice import AHEAD, Event
from regiongate.domain.policy import Policy
from regiongate.domain.role import SYSTEM
from regiongate.policyfile.span import written
from regiongate.store.case_tables import CASE
from regiongate.store.cases import Cases
from regiongate.store.notices import NOTICE, NoticeState

_BEFORE = (CaseState.FOUND, CaseState.NOTICED, CaseState.REMINDED)


def restrict(connection: sa.Connection, policy: Policy, at: datetime) -> list[Case]:
    """From the day on, whoever was found is restricted: the gateway refuses its connections."""
    block = policy.measure.start(Phase.BLOCK)
    if policy.report_only or block is None or at < block:
        return []
    cases = Cases(connection)
    reason = f"the date of the block has come: {block.isoformat()}"
    return cases.take_all(_in(cases, _BEFORE), Step.RESTRICT, at, SYSTEM, reason)


def tell(
    connection: sa.Connection, policy: Policy, desk: Desk, at: datetime, places: Places
) -> dict[Event, int]:
    """Compose what is due by its date, each once; says how many of each event.

    `places` are those that are unsupported now.
    """
    cases = Cases(connection)
    written_now: dict[Event, int] = {}
    for told, some in _due(cases, policy, at):
        count = len(desk.write(connection, some, told, at, places=places))
        if count:
            written_now[told.event] = written_now.get(told.event, 0) + count
    return written_now


def _due(cases: Cases, policy: Policy, at: datetime) -> list[tuple[Told, Sequence[Case]]]:
    block, rules = policy.measure.start(Phase.BLOCK), policy.cases
    if rules is None or block is None or policy.measure.phase(at) is Phase.OBSERVE:
        return []
    if at >= block:
        restricted = [] if policy.report_only else _in(cases, (CaseState.RESTRICTED,))
        return [(Told(Event.ON_THE_DAY), restricted)]
    due: list[tuple[Told, Sequence[Case]]] = [
        (Told(Event.ANNOUNCEMENT), _in(cases, (CaseState.FOUND,)))
    ]
    ahead = min((span for span in rules.reminders if block - span <= at), default=None)
    if ahead is not None:
        due.append((Told(Event.REMINDER, written(ahead)), _to_remind(cases, block - ahead)))
    return due


def _to_remind(cases: Cases, due: datetime) -> list[Case]:
    """Those who were told before the reminder was due; who hears of it later has just been told."""
    told = (
        sa.select(NOTICE.c["case"])
        .where(
            NOTICE.c["case"] == CASE.c.number,
            NOTICE.c.event.in_([event.value for event in AHEAD]),
            NOTICE.c.state == NoticeState.ACCEPTED.value,
            NOTICE.c.accepted_at < due,
        )
        .exists()
    )
    states = (CaseState.NOTICED.value, CaseState.REMINDED.value)
    return list(cases.where(CASE.c.state.in_(states), told))


def _in(cases: Cases, states: Sequence[CaseState]) -> list[Case]:
    return list(cases.where(CASE.c.state.in_([state.value for state in states])))
