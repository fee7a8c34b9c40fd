"""What do you see? What is known of the address that asks, and what follows from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from fastapi.responses import RedirectResponse

from regiongate.control.explain import Question, answer
from regiongate.domain.facts import EDGE
from regiongate.domain.refusal import SELF_CHECK_PATH
from regiongate.server.entry.client import client_of
from regiongate.server.entry.door import Anybody, Door
from regiongate.server.ground import ground_of
from regiongate.server.house import House, house_of
from regiongate.server.problem import wants_problem
from regiongate.server.public.show import PREFIX, by_rate, show
from regiongate.server.public.sorry import PublicRoute

door = Door(by_rate, prefix=PREFIX, route_class=PublicRoute, include_in_schema=False)

TheHouse = Annotated[House, Depends(house_of)]


@door.enter("GET", "/", Anybody.PUBLIC)
def front(request: Request) -> Response:
    """The first page is what we see."""
    return RedirectResponse(_with_query(request, f"{PREFIX}/see"), 303)


@door.enter("GET", SELF_CHECK_PATH, Anybody.PUBLIC)
def self_check(request: Request) -> Response:
    """Notices link here. Programs are led to the gateway's own answer, people to it in words."""
    to = SELF_CHECK_PATH if wants_problem(request) else _with_query(request, f"{PREFIX}/see")
    return RedirectResponse(to, 303)


@door.enter("GET", "/see", Anybody.PUBLIC)
def see(request: Request, house: TheHouse) -> Response:
    """Say what we see of the address that asks. No other can be asked about: it is not theirs."""
    address = client_of(request, house)
    ground = ground_of(house, address)
    found = answer(Question(str(address), house.clock()), ground)
    cases = house.policy().cases
    return show(
        request,
        house,
        "see.html",
        found=found,
        grounds=_grounds(found, report_only=ground.policy.report_only),
        edge=EDGE,
        check=SELF_CHECK_PATH if cases is None else f"{cases.site}{SELF_CHECK_PATH}",
    )


def _grounds(found: Mapping[str, Any], *, report_only: bool) -> list[str]:
    """Why it is so, as the names of sentences (`see.NAME`), from the rule of the decision."""
    rule, grounds = str(found["rule"]), [f"class-{found['class']}"]
    first, _, more = rule.partition(" ")
    if first.startswith(("geofeed:", "correction:")) or (first.startswith("network:") and more):
        grounds.append("rule-correction")
    elif first.startswith(("network:", "exemption:")):
        grounds.append("rule-network")
    elif rule == "location:stale":
        grounds.append("rule-stale")
    if report_only:
        grounds.append("rule-report-only")
    return grounds


def _with_query(request: Request, path: str) -> str:
    query = request.url.query
    return f"{path}?{query}" if query else path
