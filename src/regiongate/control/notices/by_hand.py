"""What a person does about notices by hand: write some, or say what became of one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa

from regiongate.control.acting import acting
from regiongate.control.case_of import case_of
from regiongate.control.notices.desk import Desk
from regiongate.control.notices.loud import be_quiet
from regiongate.control.notices.told import Told
from regiongate.domain.case import Case, CaseState
from regiongate.domain.errors import CannotRun
from regiongate.domain.notice import Event
from regiongate.domain.role import Act
from regiongate.store.case_tables import CASE
from regiongate.store.cases import Cases
from regiongate.store.notices import KeptNotice, Notices
from regiongate.store.outbox import Outbox

TELLS = {
    Event.ANNOUNCEMENT: (CaseState.FOUND,),
    Event.REMINDER: (CaseState.NOTICED, CaseState.REMINDED),
    Event.ON_THE_DAY: (CaseState.RESTRICTED,),
}
"""The events that can be told by hand, and whom they concern; others come with a decision."""


class Said(StrEnum):
    """What a person says of a notice of which nobody knows whether it was accepted."""

    ACCEPTED = "accepted"
    SEND_AGAIN = "send-again"


def whom(connection: sa.Connection, event: Event, numbers: Sequence[int]) -> list[Case]:
    """The cases to tell of an event: those with these numbers, or all that it concerns.

    Raises CannotRun for a number that is no case, or one whose state the event does not fit.
    """
    states = TELLS[event]
    if not numbers:
        return list(Cases(connection).where(CASE.c.state.in_([state.value for state in states])))
    found = [case_of(connection, number) for number in dict.fromkeys(numbers)]
    wrong = [f"{case.number} ({case.state})" for case in found if case.state not in states]
    if wrong:
        fits = " or ".join(states)
        raise CannotRun(f"{event} is for cases that are {fits}, not for {', '.join(wrong)}")
    return found


def write(
    connection: sa.Connection,
    desk: Desk,
    told: Told,
    numbers: Sequence[int],
    *,
    person: str,
    at: datetime,
) -> list[str]:
    """Write the notices of an event, those that are not written yet; their ids.

    Raises CannotRun as `whom`, and when the person may not.
    """
    actor = acting(connection, person, Act.NOTIFY)
    cases = whom(connection, told.event, numbers)
    return desk.write(connection, cases, told, at, actor=actor.name)


def settle(
    connection: sa.Connection, notice: str, said: Said, reason: str, *, person: str, at: datetime
) -> KeptNotice:
    """Say that an unknown notice was accepted, or have it sent again; its case is quiet then.

    One that was refused or given up can be sent again, too. Raises CannotRun when there is nothing
    to settle, or when the person may not.
    """
    actor = acting(connection, person, Act.NOTIFY)
    notices, outbox = Notices(connection), Outbox(connection, actor.name)
    known = notices.get(notice)
    if known is None:
        raise CannotRun(f"there is no notice {notice}: see regiongate case notices")
    notices.hold([known.case])
    say = outbox.say_accepted if said is Said.ACCEPTED else outbox.send_again
    if not say(notice, at, reason):
        raise CannotRun(f"notice {notice} is {known.state}: there is nothing to say {said} of")
    be_quiet(connection, known.case, notice)
    found = notices.get(notice)
    assert found is not None  # noqa: S101 - for the type checker
    return found
