"""Overview: the state of the measure in a few numbers, quick however much there is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from regiongate.domain.appeal import AppealState
from regiongate.domain.case import CaseState
from regiongate.store.appeals import APPEAL
from regiongate.store.case_tables import CASE
from regiongate.store.exemptions import EXEMPTION
from regiongate.store.notice_tables import NOTICE, NoticeState
from regiongate.store.notices import Notices
from regiongate.store.totals import Counts, traffic_by_day, traffic_by_region

__all__ = [
    "Attention",
    "Counts",
    "attention",
    "cases_by_state",
    "notices_by_state",
    "traffic_by_day",
    "traffic_by_region",
]


@dataclass(frozen=True, slots=True)
class Attention:
    """What waits for a person: how many of each.

    `loud` cases, `appeals_open` and, of these, `appeals_overdue`; `exemptions_ending` in the time
    asked about; notices that came back (`bounced`), that a server refused, that were given up
    (`failed` is both), of which nobody knows (`unknown`), and that wait to be sent (`waiting`).
    """

    loud: int
    appeals_open: int
    appeals_overdue: int
    exemptions_ending: int
    waiting: int
    failed: int
    unknown: int
    bounced: int


def cases_by_state(connection: sa.Connection) -> dict[CaseState, int]:
    """How many cases are in each state, every state named."""
    query = sa.select(CASE.c.state, sa.func.count()).group_by(CASE.c.state)
    found: dict[str, int] = {row[0]: row[1] for row in connection.execute(query)}
    return {state: found.get(state.value, 0) for state in CaseState}


def notices_by_state(connection: sa.Connection) -> dict[NoticeState, int]:
    """How many notices are in each state, every state named."""
    found = Notices(connection).counts()
    return {state: found.get(state, 0) for state in NoticeState}


def attention(connection: sa.Connection, at: datetime, soon: datetime) -> Attention:
    """What waits for a person at an instant; an exemption that expires up to `soon` ends soon."""
    is_open = APPEAL.c.state == sa.literal_column(f"'{AppealState.OPEN.value}'")
    ending = EXEMPTION.c.ended.is_(None) & EXEMPTION.c.expires.between(at, soon)
    notices: Mapping[NoticeState, int] = notices_by_state(connection)
    return Attention(
        loud=_count(connection, CASE.c.loud.is_not(None)),
        appeals_open=_count(connection, is_open),
        appeals_overdue=_count(connection, is_open & (APPEAL.c.due <= at)),
        exemptions_ending=_count(connection, ending),
        waiting=notices[NoticeState.READY] + notices[NoticeState.SENDING],
        failed=notices[NoticeState.REFUSED] + notices[NoticeState.GIVEN_UP],
        unknown=notices[NoticeState.UNKNOWN],
        bounced=_count(connection, NOTICE.c.bounced_at.is_not(None)),
    )


def _count(connection: sa.Connection, condition: sa.ColumnElement[bool]) -> int:
    query = sa.select(sa.func.count()).where(condition)
    return int(connection.execute(query).scalar_one())
