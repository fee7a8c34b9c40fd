"""Cases: find any of them, and decide about several at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated
from urllib.parse import urlencode

import sqlalchemy as sa
from fastapi import Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from regiongate.control.cases.next_steps import next_step
from regiongate.control.cases.search import Sort, Sought, search
from regiongate.control.cases.seen_in import seen_in
from regiongate.domain.case import HELD_BY_APPEAL, CaseState
from regiongate.domain.errors import CannotRun
from regiongate.domain.role import Act
from regiongate.server.console.case_verbs import VERBS, Deciding, Verb
from regiongate.server.console.common import Confirmed, Known, Reason, TheHouse
from regiongate.server.console.consequence import Consequence, consequence
from regiongate.server.entry.door import Anybody, Door
from regiongate.server.entry.session import by_session
from regiongate.server.house import House
from regiongate.server.pages.render import render
from regiongate.server.problem import Refused
from regiongate.store.paging import Asked
from regiongate.survey.report.words import region

door = Door(by_session, prefix="/console/cases", tags=["console"], include_in_schema=False)

_MOST_AT_ONCE = 100


@door.enter("GET", "", Act.READ)
def page(
    request: Request,
    house: TheHouse,
    caller: Known,
    text: Annotated[str, Query(max_length=300)] = "",
    state: Annotated[list[CaseState] | None, Query()] = None,
    loud: bool = False,
    country: Annotated[str, Query(pattern=r"^([A-Z]{2})?$")] = "",
    sort: Sort = Sort.NUMBER,
    cursor: Annotated[str | None, Query(max_length=4096)] = None,
) -> Response:
    """Show the cases that are looked for, a page at a time."""
    sought = Sought(tuple(state or ()), loud, text, country or None)
    with house.reading() as connection:
        found = search(connection, sought, sort, Asked(cursor=cursor))
        seen = seen_in(connection, {one.organization for one in found.rows})
    said = [("text", text), ("country", country), ("sort", sort.value)]
    said += [("state", one.value) for one in sought.states] + [("loud", "true")] * loud
    return render(
        request,
        "console/cases.html",
        page=found,
        seen=seen,
        region=region,
        held=HELD_BY_APPEAL,
        steps={one.number: next_step(one, caller.role) for one in found.rows},
        sought=sought,
        sort=sort,
        sorts=list(Sort),
        states=list(CaseState),
        verbs=list(VERBS.values()),
        base=f"/console/cases?{urlencode([one for one in said if one[1]])}&",
    )


# Which role it takes is the verb's to say, so whoever is known gets as far as that.
@door.enter("POST", "/several", Anybody.KNOWN)
def decide(
    request: Request,
    house: TheHouse,
    caller: Known,
    case: Annotated[list[int] | None, Form()] = None,
    verb: Annotated[str, Form(max_length=20)] = "",
    reason: Reason = "",
    confirmed: Confirmed = False,
) -> Response:
    """Show what a decision about several cases would bring; once confirmed, make it.

    All of them in one transaction: where one cannot be, none is.
    """
    chosen, numbers = VERBS.get(verb), list(dict.fromkeys(case or ()))
    if chosen is None:
        raise Refused(422, "invalid", "say what is to be decided")
    if not 0 < len(numbers) <= _MOST_AT_ONCE:
        raise Refused(422, "invalid", f"choose 1 to {_MOST_AT_ONCE} cases")
    caller.require(chosen.act)
    one = _one(house, chosen, caller.person.name, reason)
    if confirmed:
        with house.writing() as connection:
            for number in numbers:
                one(number)(connection, house.clock())
        return RedirectResponse("/console/cases", 303)
    found, refused = _looked_at(house, numbers, one)
    return render(
        request,
        "console/decisions.html",
        verb=chosen,
        found=found,
        refused=refused,
        reason=reason,
    )


Work = Callable[[sa.Connection, datetime], object]


def _one(house: House, verb: Verb, person: str, reason: str) -> Callable[[int], Work]:
    def of(number: int) -> Work:
        def work(connection: sa.Connection, at: datetime) -> object:
            return verb.does(Deciding(house, connection, number, person, reason, at))

        return work

    return of


def _looked_at(
    house: House, numbers: list[int], one: Callable[[int], Work]
) -> tuple[list[Consequence], list[tuple[int, str]]]:
    """What each would bring, and why others cannot be decided so."""
    found, refused = [], []
    for number in numbers:
        try:
            found.append(consequence(house, number, one(number)))
        except CannotRun as error:
            refused.append((number, str(error)))
    return found, refused
