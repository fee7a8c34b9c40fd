"""Overview: the state of the measure at one look."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import Query, Request, Response
from fastapi.responses import RedirectResponse

from regiongate.control.overview import (
    attention,
    cases_by_state,
    traffic_by_day,
    traffic_by_region,
)
from regiongate.control.sources.ages import alarms, recorded
from regiongate.domain.errors import CannotRun, ProblemsFound
from regiongate.domain.policy import Policy
from regiongate.domain.role import Act
from regiongate.policyfile.show import overview as shown
from regiongate.server.console import drawings
from regiongate.server.console.common import TheHouse
from regiongate.server.entry.door import Anybody, Door
from regiongate.server.entry.session import by_session
from regiongate.server.house import House
from regiongate.server.pages.render import render

door = Door(by_session, prefix="/console", tags=["console"], include_in_schema=False)

_SOON = timedelta(days=14)


@door.enter("GET", "", Anybody.PUBLIC)
def short() -> Response:
    """The address as people type it."""
    return RedirectResponse("/console/", 303)


@door.enter("GET", "/", Act.READ)
def page(
    request: Request, house: TheHouse, days: Annotated[int, Query(ge=1, le=400)] = 30
) -> Response:
    """Show where traffic comes from and when, what waits for a person, and what is wrong."""
    at = house.clock()
    until = at.date()
    since = until - timedelta(days=days - 1)
    with house.reading() as connection:
        regions = traffic_by_region(connection, since, until)
        by_day = traffic_by_day(connection, since, until)
        cases = cases_by_state(connection)
        waiting = attention(connection, at, at + _SOON)
    policy, wrong = _policy(house)
    return render(
        request,
        "console/overview.html",
        measure=None if policy is None else shown(policy, at),
        wrong=wrong,
        stale=_stale(house),
        cases=cases,
        waiting=waiting,
        world=drawings.world(regions),
        timeline=drawings.timeline(by_day, policy, since, until),
        regions=sorted(regions.items(), key=lambda one: -one[1].requests),
        by_day=by_day,
        days=days,
        since=since,
    )


def _policy(house: House) -> tuple[Policy | None, list[str]]:
    try:
        return house.policy(), []
    except (CannotRun, ProblemsFound) as error:
        return None, [f"no policy can be shown: {error}"]


def _stale(house: House) -> list[str]:
    """What there is to say of sources in force that are too old."""
    current = house.state.current()
    if current is None:
        return []
    return alarms(recorded(house.state.manifest(current)), house.clock(), house.catalogue)
