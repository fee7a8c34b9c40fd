"""`/api/v1/cases/{number}/…`: the decisions about one case."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import sqlalchemy as sa
from fastapi import Response
from pydantic import AwareDatetime, Field

from regiongate.control.case_of import case_of
from regiongate.control.grant.exempt import Subject
from regiongate.control.grant.exempt import exempt as grant
from regiongate.control.grant.terms import Terms
from regiongate.control.suspend.approve import approve as approve_it
from regiongate.control.suspend.propose import propose as propose_it
from regiongate.control.suspend.suspend import suspend as suspend_it
from regiongate.control.suspend.withdraw import withdraw as withdraw_it
from regiongate.domain.case import Case
from regiongate.domain.role import Act
from regiongate.server.api.answer import CHANGED, require_version
from regiongate.server.api.cases import Decision, case_answer, require_case
from regiongate.server.api.change import Change, TheChange
from regiongate.server.api.endpoint import Number, api_door

door = api_door("cases")


class Exempting(Decision):
    """Why the organization of a case is exempt, and until when."""

    until: AwareDatetime | None = Field(
        description="Until when, in whole seconds; null: without end, which is to be said.",
        examples=["2026-12-31T00:00:00Z"],
    )
    replaces: bool = Field(False, description="In place of an exemption that is in force.")


@door.enter("POST", "/{number}/propose", Act.PROPOSE, response_model=Case, responses=CHANGED)
def propose(number: Number, said: Decision, change: TheChange) -> Response:
    """Propose to suspend the organization, and tell it; a second person must approve."""
    house = change.house

    def does(connection: sa.Connection, at: datetime) -> object:
        return propose_it(
            connection,
            number,
            house.policy(),
            house.tables(),
            house.desk(),
            person=change.person,
            reason=said.reason,
            at=at,
        )

    return _decided(change, number, does)


@door.enter("POST", "/{number}/withdraw", Act.WITHDRAW, response_model=Case, responses=CHANGED)
def withdraw(number: Number, said: Decision, change: TheChange) -> Response:
    """Withdraw the proposal that a case stands at."""

    def does(connection: sa.Connection, at: datetime) -> object:
        return withdraw_it(connection, number, person=change.person, reason=said.reason, at=at)

    return _decided(change, number, does)


@door.enter("POST", "/{number}/approve", Act.APPROVE, response_model=Case, responses=CHANGED)
def approve(number: Number, change: TheChange) -> Response:
    """Approve a proposal that somebody else made; the case stays where it is."""
    house = change.house

    def does(connection: sa.Connection, at: datetime) -> object:
        policy, tables = house.policy(), house.tables()
        return approve_it(connection, number, policy, tables, person=change.person, at=at)

    return _decided(change, number, does)


@door.enter("POST", "/{number}/suspend", Act.SUSPEND, response_model=Case, responses=CHANGED)
def suspend(number: Number, change: TheChange) -> Response:
    """Carry out a suspension that was approved, and tell the organization."""
    house = change.house

    def does(connection: sa.Connection, at: datetime) -> object:
        return suspend_it(
            connection,
            number,
            house.policy(),
            house.tables(),
            house.desk(),
            person=change.person,
            at=at,
        )

    return _decided(change, number, does)


@door.enter("POST", "/{number}/exempt", Act.EXEMPT, response_model=Case, responses=CHANGED)
def exempt(number: Number, said: Exempting, change: TheChange) -> Response:
    """Exempt the organization of a case for a time."""

    def does(connection: sa.Connection, at: datetime) -> object:
        terms = Terms(said.reason, change.person, said.until, replaces=said.replaces)
        holder = require_case(connection, number).organization
        return grant(connection, Subject(organization=holder), terms, at)

    return _decided(change, number, does)


def _decided(
    change: Change, number: int, does: Callable[[sa.Connection, datetime], object]
) -> Response:
    """The case after a decision, which is made about the version that the caller saw."""

    def work(connection: sa.Connection, at: datetime) -> Response:
        require_version(change.if_match, require_case(connection, number))
        does(connection, at)
        return case_answer(case_of(connection, number))

    return change.make(work)
