"""The plan of one organization: where it could go, what maps to what, and what it costs."""

from __future__ import annotations

from fastapi import Request, Response

from regiongate.control.switch.html import body
from regiongate.control.switch.plan import plan
from regiongate.control.switch.words import blocks
from regiongate.domain.role import Act
from regiongate.server.console.cases import require_case
from regiongate.server.console.common import Known, Number, TheHouse
from regiongate.server.entry.door import Door
from regiongate.server.entry.session import by_session
from regiongate.server.pages.render import render
from regiongate.server.viewed import viewed

door = Door(by_session, prefix="/console/cases", tags=["console"], include_in_schema=False)


@door.enter("GET", "/{number}/plan", Act.READ)
def page(request: Request, house: TheHouse, caller: Known, number: Number) -> Response:
    """Show the plan that the organization of a case can read by its link."""
    with house.writing() as connection:
        case = require_case(connection, number)
        made = plan(connection, case.organization, house.offers(), house.policy(), house.clock())
        viewed(connection, caller, "plan", case.organization, house.clock())
    return render(request, "console/plan.html", case=case, text=body(blocks(made)))
