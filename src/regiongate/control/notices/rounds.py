"""The next round: a notice that did not arrive goes to the next contact of its organization."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from regiongate.control.notices import told
from regiongate.control.notices.composer import Draft, Telling
from regiongate.control.notices.desk import Desk
from regiongate.control.notices.loud import be_loud
from regiongate.domain.case import CaseState
from regiongate.domain.notice import Event
from regiongate.domain.role import SYSTEM
from regiongate.store.cases import Cases
from regiongate.store.notices import KeptNotice, Notices

_PAST = frozenset(
    {
        Event.ANNOUNCEMENT,
        Event.REMINDER,
        Event.ON_THE_DAY,
        Event.SUSPENSION_PROPOSED,
        Event.EXEMPTION_ENDING,
    }
)
"""What nobody needs to hear any more once the organization is released."""


def go_on(connection: sa.Connection, desk: Desk, at: datetime, *, actor: str = SYSTEM) -> list[str]:
    """Write the next round of every notice that did not arrive, where a contact is left.

    Returns the ids of the new notices. Where no contact is left the case is loud.
    """
    notices = Notices(connection)
    notices.hold(one.case for one in notices.undelivered())
    # Only now is it sure that nobody else writes the same round.
    rounds = ((one, _next(connection, desk, one, at)) for one in notices.undelivered())
    new: list[str] = []
    for one, made in rounds:
        if isinstance(made, Draft):
            notices.add([made.new], actor)
            new.append(made.new.id)
        elif made is not None:
            be_loud(connection, one.case, made, at, actor)
    return new


def _next(
    connection: sa.Connection, desk: Desk, one: KeptNotice, at: datetime
) -> Draft | str | None:
    """The next round, why there is none, or None where it matters no more."""
    case = Cases(connection).get(one.case)
    if case is None or (case.state is CaseState.RELEASED and one.event in _PAST):
        return None
    what = told.read(one.event, one.occasion, one.told)
    made = desk.next_round(connection, case, Telling(what, at, one.round + 1, one.id))
    return made if made is None or isinstance(made, Draft) else made.why
