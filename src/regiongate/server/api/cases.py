"""`/api/v1/cases`: what becomes of the organizations that were found."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import sqlalchemy as sa
from fastapi import Query, Response
from pydantic import Field

from regiongate.control.case_of import case_of
from regiongate.control.cases import view as case_view
from regiongate.control.cases.note import MAX_TEXT
from regiongate.control.cases.note import note as keep_note
from regiongate.control.cases.release import release
from regiongate.control.cases.search import Row, Sort, Sought, search
from regiongate.domain.case import Case, CaseState
from regiongate.domain.errors import CannotRun
from regiongate.domain.role import Act
from regiongate.server.api.answer import CHANGED, PROBLEMS, answer, require_version, version
from regiongate.server.api.body import Body
from regiongate.server.api.case_record import CaseRecord, case_record
from regiongate.server.api.change import TheChange
from regiongate.server.api.endpoint import Number, Reason, TheHouse, api_door
from regiongate.server.api.listing import Listing, TheAsked, listing
from regiongate.server.problem import Refused

door = api_door("cases")


class NewNote(Body):
    """A note to keep with a case."""

    text: str = Field(max_length=MAX_TEXT, examples=["Spoke to them: they move by Friday."])
    quiet: bool = Field(False, description="Nobody needs to look at the case any more.")


class Decision(Body):
    """A decision, and why it is made."""

    reason: Reason


@door.enter("GET", "", Act.READ, response_model=Listing[Row], responses=PROBLEMS)
def list_(
    house: TheHouse,
    asked: TheAsked,
    text: Annotated[
        str,
        Query(max_length=300, description="How the organization's id or name begins, or a number."),
    ] = "",
    state: Annotated[
        list[CaseState] | None, Query(description="In one of these; none: any.")
    ] = None,
    loud: Annotated[bool, Query(description="Only those that a person must look at.")] = False,
    country: Annotated[
        str | None,
        Query(
            pattern="^[A-Z]{2}$", description="Seen there (ISO 3166-1 alpha-2).", examples=["IR"]
        ),
    ] = None,
    sort: Annotated[Sort, Query(description="What is sorted by.")] = Sort.NUMBER,
    descending: Annotated[bool, Query(description="The largest or latest first.")] = True,
) -> Response:
    """List the cases for which everything that is said holds."""
    sought = Sought(tuple(state or ()), loud, text, country)
    with house.reading() as connection:
        return listing(
            asked, lambda page: search(connection, sought, sort, page, descending=descending)
        )


@door.enter("GET", "/{number}", Act.READ, response_model=CaseRecord, responses=PROBLEMS)
def show(number: Number, house: TheHouse) -> Response:
    """Show a case with its steps, notes, notices, appeals, proposals and exemptions."""
    with house.reading() as connection:
        require_case(connection, number)
        found = case_view.view(connection, number)
    return answer(case_record(found), headers={"etag": version(found.case)})


@door.enter("POST", "/{number}/notes", Act.NOTE, response_model=Case, responses=CHANGED)
def note(number: Number, said: NewNote, change: TheChange) -> Response:
    """Keep a note with a case."""

    def work(connection: sa.Connection, at: datetime) -> Response:
        require_case(connection, number)
        keep_note(connection, number, change.person, said.text, at, quiet=said.quiet)
        return case_answer(case_of(connection, number))

    return change.make(work)


@door.enter("POST", "/{number}/release", Act.RELEASE, response_model=Case, responses=CHANGED)
def let_go(number: Number, said: Decision, change: TheChange) -> Response:
    """Release the organization of a case after a review, and tell it."""

    def work(connection: sa.Connection, at: datetime) -> Response:
        require_version(change.if_match, require_case(connection, number))
        desk = change.house.desk()
        person = change.person
        released = release(connection, desk, number, person=person, reason=said.reason, at=at)
        return case_answer(released)

    return change.make(work)


def require_case(connection: sa.Connection, number: int) -> Case:
    """The case with a number. Raises Refused where there is none."""
    try:
        return case_of(connection, number)
    except CannotRun:
        raise Refused(404, "not-found", f"there is no case {number}") from None


def case_answer(found: Case) -> Response:
    """A case with its version."""
    return answer(found, headers={"etag": version(found)})
