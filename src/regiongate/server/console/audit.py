"""The audit trail: what happened, and whether it still stands as it was written."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query, Request, Response

from regiongate.control.audit.check import verify_store
from regiongate.control.audit.page import events
from regiongate.domain.audit import Tag
from regiongate.domain.role import Act
from regiongate.server.console.common import TheHouse
from regiongate.server.entry.door import Door
from regiongate.server.entry.session import by_session
from regiongate.server.pages.render import render
from regiongate.server.problem import Refused
from regiongate.store.audit import Which
from regiongate.store.paging import Asked

door = Door(by_session, prefix="/console/audit", tags=["console"], include_in_schema=False)

Word = Annotated[str, Query(max_length=300)]
Day = Annotated[str, Query(pattern=r"^(\d{4}-\d{2}-\d{2})?$")]


@door.enter("GET", "", Act.READ)
def page(
    request: Request,
    house: TheHouse,
    tag: Annotated[str, Query(max_length=50)] = "",
    actor: Word = "",
    organization: Word = "",
    since: Day = "",
    until: Day = "",
    cursor: Annotated[str | None, Query(max_length=4096)] = None,
) -> Response:
    """Show the events that are asked for, the newest first."""
    said = {"tag": tag, "actor": actor, "organization": organization}
    said |= {"since": since, "until": until}
    which = Which(
        tags=(tag,) if tag else (),
        actor=actor or None,
        organization=organization or None,
        since=_day(since),
        until=_day(until),
    )
    with house.reading() as connection:
        found = events(connection, which, Asked(cursor=cursor))
    given = urlencode({name: value for name, value in said.items() if value})
    return render(
        request,
        "console/audit.html",
        page=found,
        said=said,
        tags=sorted(Tag),
        base=f"/console/audit?{given}&",
    )


@door.enter("GET", "/verify", Act.READ)
def verify(request: Request, house: TheHouse) -> Response:
    """Compute the whole chain again: some seconds for a million events."""
    with house.reading() as connection:
        found = verify_store(connection, (), lambda *_: None)
    return render(request, "console/audit_verified.html", found=found)


def _day(text: str) -> datetime | None:
    if not text:
        return None
    try:
        return datetime.fromisoformat(f"{text}T00:00:00+00:00")
    except ValueError:
        raise Refused(422, "invalid", f"{text!r} is no day: write 2026-07-09") from None
