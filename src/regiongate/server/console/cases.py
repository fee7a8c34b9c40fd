"""Cases: one page for each, with what is known of it and what may be decided."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import Depends, Form, Path, Request, Response
from fastapi.responses import RedirectResponse

from regiongate.control.case_of import case_of
from regiongate.control.cases import view as case_view
from regiongate.control.cases.next_steps import next_steps
from regiongate.control.cases.note import MAX_TEXT
from regiongate.control.cases.note import note as keep_note
from regiongate.control.organizations.view import Part, Span, Sum, sightings
from regiongate.domain.access import Caller
from regiongate.domain.case import Case
from regiongate.domain.errors import CannotRun
from regiongate.domain.role import Act
from regiongate.server.console.case_verbs import VERBS, Deciding
from regiongate.server.console.consequence import Work, consequence, text_of
from regiongate.server.entry.door import Anybody, Door
from regiongate.server.entry.session import by_session, caller_known
from regiongate.server.house import House, house_of
from regiongate.server.pages.render import render
from regiongate.server.problem import Refused
from regiongate.server.viewed import viewed
from regiongate.store.notices import Notices
from regiongate.store.organizations import Organizations
from regiongate.store.paging import Asked, Page

door = Door(by_session, prefix="/console/cases", tags=["console"], include_in_schema=False)

TheHouse = Annotated[House, Depends(house_of)]
Known = Annotated[Caller, Depends(caller_known)]
Number = Annotated[int, Path(ge=1, le=10**18)]

_LOOK_BACK = timedelta(days=30)
_SHOWN = 30
"""So many regions, networks, keys or days are shown."""


@door.enter("GET", "/{number}", Act.READ)
def page(
    request: Request, number: Number, house: TheHouse, caller: Known, seen: Part = Part.REGION
) -> Response:
    """Show everything about a case, and what may be decided; `seen` is how requests are summed."""
    with house.writing() as connection:
        require_case(connection, number)
        view = case_view.view(connection, number)
        viewed(connection, caller, "case", view.case.organization, house.clock())
        profile = Organizations(connection).get(view.case.organization)
        requests = _seen(connection, view.case, seen, house.clock())
    return render(
        request,
        "console/case.html",
        view=view,
        profile=profile,
        part=seen,
        parts=list(Part),
        seen=requests,
        verbs=[verb for verb in VERBS.values() if view.case.state in verb.states],
        steps=next_steps(view.case, caller.role),
    )


@door.enter("GET", "/{number}/notices/{notice}", Act.READ)
def letter(
    request: Request, number: Number, notice: str, house: TheHouse, caller: Known
) -> Response:
    """Show a notice as it was sent."""
    with house.writing() as connection:
        found = Notices(connection).get(notice)
        if found is None or found.case != number:
            raise Refused(404, "not-found", f"case {number} has no notice of this id")
        message = Notices(connection).message(notice)
        viewed(connection, caller, "notice", found.organization, house.clock())
    return render(request, "console/notice.html", notice=found, text=text_of(message))


@door.enter("POST", "/{number}/notes", Act.NOTE)
def note(
    number: Number,
    house: TheHouse,
    caller: Known,
    text: Annotated[str, Form(max_length=MAX_TEXT)],
    quiet: Annotated[bool, Form()] = False,
) -> Response:
    """Keep a note."""
    with house.writing() as connection:
        require_case(connection, number)
        person = caller.person.name
        keep_note(
            connection, number, person, text.replace("\r\n", "\n"), house.clock(), quiet=quiet
        )
    return RedirectResponse(f"/console/cases/{number}#notes", 303)


# Which role it takes is the verb's to say, so whoever is known gets as far as that.
@door.enter("POST", "/{number}/{verb}", Anybody.KNOWN)
def decide(
    request: Request,
    number: Number,
    verb: str,
    house: TheHouse,
    caller: Known,
    reason: Annotated[str, Form(max_length=1000)] = "",
    steps: Annotated[int | None, Form()] = None,
    confirmed: Annotated[bool, Form()] = False,
) -> Response:
    """Show what a decision would bring; once that is confirmed, make it.

    `steps` is how many steps the case had taken when the consequence was shown.
    """
    chosen = VERBS.get(verb)
    if chosen is None:
        raise Refused(404, "not-found", f"there is no decision {verb!r}")
    caller.require(chosen.act)
    person = caller.person.name

    def work(connection: sa.Connection, at: datetime) -> object:
        if steps is not None and require_case(connection, number).steps != steps:
            raise Refused(412, "changed", f"case {number} was moved on: look at it again")
        return chosen.does(Deciding(house, connection, number, person, reason, at))

    if confirmed:
        with house.writing() as connection:
            work(connection, house.clock())
        return RedirectResponse(f"/console/cases/{number}", 303)
    return _preview(request, house, number, work, verb=chosen, reason=reason)


def require_case(connection: sa.Connection, number: int) -> Case:
    """The case with a number. Raises Refused where there is none."""
    try:
        return case_of(connection, number)
    except CannotRun:
        raise Refused(404, "not-found", f"there is no case {number}") from None


def _seen(connection: sa.Connection, case: Case, part: Part, at: datetime) -> Page[Sum]:
    """What the organization did in the last month, by one part: all four take too long."""
    span = Span((at - _LOOK_BACK).date(), at.date())
    return sightings(connection, case.organization, part, span, Asked(_SHOWN))


def _preview(request: Request, house: House, number: int, work: Work, **context: Any) -> Response:
    with house.reading() as connection:
        require_case(connection, number)
    found = consequence(house, number, work)
    return render(request, "console/decision.html", found=found, **context)
