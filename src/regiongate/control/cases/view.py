"""View: the cases, and everything that the store knows of one, for the people who decide it."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from regiongate.control.case_of import case_of
from regiongate.domain.appeal import Appeal
from regiongate.domain.case import Case, CaseState
from regiongate.domain.exemption import Exemption
from regiongate.store.appeals import APPEAL, Appeals
from regiongate.store.case_tables import CASE
from regiongate.store.cases import Cases, Note, Taken
from regiongate.store.exemptions import EXEMPTION, Exemptions
from regiongate.store.notices import NOTICE, KeptNotice, Notices
from regiongate.store.suspensions import Proposal, Suspensions


@dataclass(frozen=True, slots=True)
class View:
    """A case, its steps, and all that was written, told, appealed, proposed and granted in it."""

    case: Case
    steps: tuple[Taken, ...]
    notes: tuple[Note, ...]
    notices: tuple[KeptNotice, ...]
    appeals: tuple[Appeal, ...]
    proposals: tuple[Proposal, ...]
    exemptions: tuple[Exemption, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which cases to list: in these states (none: all that are open), of one organization, loud.

    With `everyone` released cases are listed too.
    """

    states: tuple[CaseState, ...] = ()
    organization: str | None = None
    loud: bool = False
    everyone: bool = False


def select(connection: sa.Connection, wanted: Wanted) -> list[Case]:
    """The cases that are wanted, in the order of their numbers."""
    conditions: list[sa.ColumnElement[bool]] = []
    if wanted.states:
        conditions.append(CASE.c.state.in_([state.value for state in wanted.states]))
    elif not wanted.everyone:
        conditions.append(CASE.c.state != CaseState.RELEASED.value)
    if wanted.organization is not None:
        conditions.append(CASE.c.organization == wanted.organization)
    if wanted.loud:
        conditions.append(CASE.c.loud.is_not(None))
    return list(Cases(connection).where(*conditions))


def view(connection: sa.Connection, number: int) -> View:
    """A case and all that belongs to it. Raises CannotRun where there is none."""
    case = case_of(connection, number)
    cases, notices = Cases(connection), Notices(connection)
    return View(
        case=case,
        steps=tuple(cases.steps(case)),
        notes=tuple(cases.notes(case)),
        notices=tuple(notices.where(NOTICE.c["case"] == number)),
        appeals=tuple(Appeals(connection).where(APPEAL.c["case"] == number)),
        proposals=tuple(Suspensions(connection).of(number)),
        exemptions=tuple(Exemptions(connection).where(EXEMPTION.c.holder == case.organization)),
    )
