"""Notices: which wait, which arrived, and which did not; and having more written or sent."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from regiongate.control.notices import by_hand
from regiongate.control.notices.concerned import OCCASION, TELLS, ByHand
from regiongate.control.notices.outlook import outlook
from regiongate.control.notices.page import notices
from regiongate.control.notices.post import Most
from regiongate.control.notices.told import Told
from regiongate.domain.notice import Event
from regiongate.domain.role import Act
from regiongate.notify.letter import Letter
from regiongate.server.console.common import Confirmed, Known, TheHouse
from regiongate.server.console.consequence import text_of
from regiongate.server.entry.door import Door
from regiongate.server.entry.session import by_session
from regiongate.server.pages.render import render
from regiongate.server.problem import Refused
from regiongate.store.notice_tables import NoticeState
from regiongate.store.paging import Asked

door = Door(by_session, prefix="/console/notices", tags=["console"], include_in_schema=False)

_SHOWN = 100
"""So many of those who are told are listed; the counts are of all."""

AT_ONCE = Most(letters=100, seconds=10)
"""How much one press of a button sends: a person waits for the page."""


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
        tells=list(TELLS),
        sends=house.post is not None,
        base=f"/console/notices?{urlencode({name: one for name, one in said.items() if one})}&",
    )


@door.enter("POST", "/compose", Act.NOTIFY)
def compose(
    request: Request,
    house: TheHouse,
    caller: Known,
    event: Annotated[ByHand, Form()],
    occasion: Annotated[str, Form(pattern=OCCASION)] = "",
    letters: Annotated[int, Form(ge=0)] = 0,
    confirmed: Confirmed = False,
) -> Response:
    """Show who would be told of an event; once confirmed, write it.

    `letters` is how many were shown: where it would be another number by now, nothing is written.
    """
    told, desk = Told(event, occasion), house.desk()
    if confirmed:
        with house.writing() as connection:
            person, at = caller.person.name, house.clock()
            made = by_hand.compose(connection, desk, told, (), person=person, at=at)
            if len(made.letters) != letters:
                now = f"{letters} letters were shown, and it would be {len(made.letters)} by now"
                raise Refused(412, "changed", f"{now}: look at it again")
        return RedirectResponse(f"/console/notices?state=ready&event={event.value}", 303)
    examples: dict[str, Letter] = {}

    def see(letter: Letter) -> None:
        examples.setdefault(letter.language, letter)

    with house.reading() as connection:
        found = by_hand.look(connection, desk, told, (), at=house.clock(), see=see)
    return render(
        request,
        "console/notices_compose.html",
        found=found,
        shown=_SHOWN,
        examples=[(one, text_of(one.message)) for _, one in sorted(examples.items())],
    )


@door.enter("POST", "/send", Act.NOTIFY)
def send(
    request: Request, house: TheHouse, caller: Known, confirmed: Confirmed = False
) -> Response:
    """Show what is due; once confirmed, send a piece of it, and show what became of that."""
    post = house.require_post()
    piece = (
        post.send(house.database, caller.person.name, house.clock, AT_ONCE) if confirmed else None
    )
    with house.reading() as connection:
        left = outlook(connection, house.clock())
    return render(request, "console/notices_send.html", piece=piece, left=left, most=AT_ONCE)
