"""Overdue: an appeal that is not answered in time is a case that somebody must look at."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from regiongate.control.notices.loud import be_loud
from regiongate.domain.appeal import Appeal
from regiongate.domain.role import SYSTEM
from regiongate.store.appeals import Appeals


def loud_when_overdue(connection: sa.Connection, at: datetime) -> list[Appeal]:
    """Make the cases loud whose appeal should have been answered; the overdue appeals.

    It may run as often as it likes: a case is loud once for each appeal, until it is decided.
    """
    overdue = Appeals(connection).overdue(at)
    for appeal in overdue:
        why = f"the appeal {appeal.id} was to be answered by {appeal.due:%Y-%m-%d %H:%M} UTC"
        be_loud(connection, appeal.case, why, at, SYSTEM)
    return overdue
