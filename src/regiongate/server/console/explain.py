"""Explain: why an address, or one request, gets what it gets."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Request, Response

from regiongate.domain.errors import CannotRun
from regiongate.domain.role import Act
from regiongate.server.console.common import Known, TheHouse
from regiongate.server.entry.door import Door
from regiongate.server.entry.session import by_session
from regiongate.server.explained import explained
from regiongate.server.pages.render import render
from regiongate.server.viewed import viewed

door = Door(by_session, prefix="/console/explain", tags=["console"], include_in_schema=False)

Asked = Annotated[str, Query(max_length=300)]


@door.enter("GET", "", Act.READ)
def page(
    request: Request,
    house: TheHouse,
    caller: Known,
    what: Asked = "",
    organization: Asked = "",
    path: Asked = "",
) -> Response:
    """Show the form, and the explanation of the address or request that was asked about."""
    found, wrong = None, None
    what = what.strip()
    if what:
        try:
            found = explained(house, what, organization or None, path or None)
        except CannotRun as error:
            wrong = str(error)
    if found is not None and "log" in found:
        with house.writing() as connection:
            viewed(connection, caller, "request", found["organization"], house.clock())
    return render(
        request,
        "console/explain.html",
        found=found,
        wrong=wrong,
        what=what,
        organization=organization,
        of_path=path,
    )
