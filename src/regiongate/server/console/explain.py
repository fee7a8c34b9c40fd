"""Explain: why an address, or one request, gets what it gets."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query, Request, Response

from regiongate.control.explain import (
    Question,
    address_of,
    answer,
    by_bundle,
    by_request,
)
from regiongate.domain.errors import CannotRun
from regiongate.domain.role import Act
from regiongate.server.console.common import Known, TheHouse
from regiongate.server.entry.door import Door
from regiongate.server.entry.session import by_session
from regiongate.server.ground import ground_of
from regiongate.server.house import House
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


def explained(
    house: House, what: str, organization: str | None, path: str | None
) -> dict[str, Any]:
    """The explanation of an address, or of a request where it is no address. Raises CannotRun."""
    if not _is_address(what):
        return by_request(what, house.state.access_log, house.state.bundles)
    question = Question(what, house.clock(), organization, path)
    current = house.state.current()
    if current is not None:
        return by_bundle(question, house.state.bundle(current))
    return answer(question, ground_of(house, address_of(question)))


def _is_address(what: str) -> bool:
    """Whether it is meant as an address: a request id has dashes, and no address has."""
    return "-" not in what and ("." in what or ":" in what)
