"""Cases with notices that are ready to be sent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from regiongate.control.notices.desk import Desk, Told
from regiongate.domain.case import Case
from regiongate.domain.notice import Event
from regiongate.store.cases import Cases, Seen
from regiongate.store.database import Database
from tests.support.cases import CHINESE, WARN, desk_of, know, policy, saw, see

ANNOUNCED = Told(Event.ANNOUNCEMENT)


def opened(database: Database, *names: str, at: datetime = WARN) -> list[Case]:
    """The new case of each organization, of which a day of calls from China was seen."""
    see(database, *(saw(name, CHINESE, "CN", at) for name in names))
    with database.writing() as connection:
        seen = [Seen(name, 3, 2, at, at) for name in names]
        return Cases(connection).find(seen, at, "regiongate", "seen")


def announced(
    database: Database, *names: str, at: datetime = WARN, desk: Desk | None = None
) -> list[str]:
    """The ids of announcements that wait to be sent, one for each organization."""
    know(database, *names)
    cases = opened(database, *names, at=at)
    with database.writing() as connection:
        return write(connection, cases, at=at, desk=desk)


def write(
    connection: sa.Connection,
    cases: Sequence[Case],
    told: Told = ANNOUNCED,
    at: datetime = WARN,
    desk: Desk | None = None,
) -> list[str]:
    """Write notices as of an instant."""
    return (desk or desk_of(policy())).write(connection, cases, told, at)
