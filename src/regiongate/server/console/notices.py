"""Notices: which wait, which arrived, and which did not."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import Query, Request, Response

from regiongate.control.notices.page import notices
from regiongate.domain.notice import Event
from regiongate.domain.role import Act
from regiongate.server.console.common import TheHouse
from regiongate.server.entry.door import Door
from regiongate.server.entry.session import by_session
from regiongate.server.pages.render import render
from regiongate.store.notice_tables import NoticeState
from regiongate.store.paging import Asked

door = Door(by_session, prefix="/console/notices", tags=["console"], include_in_schema=False)


@door.enter("GET", "", Act.READ)
def page(
    request: Request,
    house: TheHouse,
    state: NoticeState | Literal[""] = "",
    event: Event | Literal[""] = "",
    bounced: bool = False,
    cursor: Annotated[str | None, Query(max_length=4096)] = None,
) -> Response:
    """Show the notices that are asked for, without the addresses they went to."""
    asked = Asked(cursor=cursor)
    with house.reading() as connection:
        found = notices(connection, state or None, event or None, bounced=bounced, asked=asked)
    said = {"state": state, "event": event, "bounced": "true" if bounced else ""}
    return render(
        request,
        "console/notices.html",
        page=found,
        said=said,
        states=list(NoticeState),
        events=list(Event),
        base=f"/console/notices?{urlencode({name: one for name, one in said.items() if one})}&",
    )
