"""Whom an event concerns that a person tells by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Literal

import sqlalchemy as sa

from regiongate.control.case_of import case_of
from regiongate.domain.case import Case, CaseState
from regiongate.domain.errors import CannotRun
from regiongate.domain.notice import Event
from regiongate.store.case_tables import CASE
from regiongate.store.cases import Cases

ByHand = Literal[Event.ANNOUNCEMENT, Event.REMINDER, Event.ON_THE_DAY]
"""The events that can be told by hand; others come with a decision."""

OCCASION = r"^[0-9A-Za-z._-]{0,40}$"
"""How a person may tell several of one event apart, such as `7d`; empty: there is only one."""

TELLS: Mapping[Event, tuple[CaseState, ...]] = MappingProxyType(
    {
        Event.ANNOUNCEMENT: (CaseState.FOUND,),
        Event.REMINDER: (CaseState.NOTICED, CaseState.REMINDED),
        Event.ON_THE_DAY: (CaseState.RESTRICTED,),
    }
)
"""In which states a case is concerned by each of them."""


def concerned(connection: sa.Connection, event: Event, numbers: Sequence[int]) -> list[Case]:
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
