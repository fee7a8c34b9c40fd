"""An appeal by the link of a notice: how the case stands, and what to say against it.

The token in the link is the authority: whoever has it speaks for the organization in this case, and
whoever has none can do nothing here. So no form needs a second proof, and nobody asks from which
page a form came: behind a gateway that is a page of the API's origin, and not of the server's.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from threading import Lock
from typing import Annotated
from urllib.parse import urlencode, urlsplit

from fastapi import Depends, Query, Request, Response
from fastapi.responses import RedirectResponse

from regiongate.control.appeal.by_request import Refused, link_by_request
from regiongate.control.appeal.open import open_by_link
from regiongate.control.appeal.sitting import Sitting
from regiongate.control.appeal.stands import stands_by_link
from regiongate.control.appeal.statement import statement
from regiongate.control.links.appeal import read_link
from regiongate.control.links.token import BadLink
from regiongate.domain.appeal import MAX_FILE_BYTES, MAX_FILES, MAX_TEXT, MAX_TOTAL_BYTES
from regiongate.domain.errors import CannotRun, Problem, ProblemsFound
from regiongate.domain.facts import EDGE
from regiongate.domain.measure import Phase
from regiongate.server.entry.client import client_of
from regiongate.server.entry.door import Anybody, Door
from regiongate.server.entry.guesses import too_many
from regiongate.server.house import House, house_of
from regiongate.server.public.appeal_form import Sent, sent_form
from regiongate.server.public.language import language_of
from regiongate.server.public.link import opened_link
from regiongate.server.public.show import PREFIX, by_rate, show
from regiongate.server.public.sorry import PublicRoute

door = Door(by_rate, prefix=PREFIX, route_class=PublicRoute, include_in_schema=False)

TheHouse = Annotated[House, Depends(house_of)]
Token = Annotated[str, Query()]

SEARCH = Lock()
"""One search of the gateway's log at a time: they may come from any number of networks."""

_BUSY = 5.0
"""Seconds to wait for whoever finds one under way."""

_EMPTY = Sent("", None, ())
_MEBI = 1 << 20
_LIMITS = {
    "max_text": MAX_TEXT,
    "max_files": MAX_FILES,
    "max_file": MAX_FILE_BYTES // _MEBI,
    "max_total": MAX_TOTAL_BYTES // _MEBI,
}
"""Characters, files, and MiB of one file and of all."""

_TOLD = {
    "no-text": "text",
    "text-too-long": "text",
    "text-control": "text",
    "bad-mail": "mail",
    "file-too-large": "files",
    "file-unfit": "files",
    "too-many-files": "files",
    "files-too-large": "files",
}
"""The problems that have words of their own, and in which field each is."""


@door.enter("GET", "/appeal", Anybody.PUBLIC)
def appeal(
    request: Request,
    house: TheHouse,
    token: Token = "",
    said: Annotated[str, Query()] = "",
    refused: Annotated[str, Query(alias="request", max_length=100)] = "",
) -> Response:
    """Show how a case stands, and the form; without a link, how to come by one.

    `said` is what was sent a moment ago: `new`, or `again` where an appeal was open before.
    `request` is the id of a refused request, which leads to the appeal of whose it was.
    """
    if not token and refused.strip():
        return _by_request(request, house, refused.strip())
    if not token:
        return show(request, house, "appeal.html", refused="", unknown=False)
    opened_link(request, house, token, read_link)
    return _page(request, house, token, said=said)


@door.enter("POST", "/appeal", Anybody.PUBLIC)
def send(
    request: Request,
    house: TheHouse,
    sent: Annotated[Sent, Depends(sent_form)],
    token: Token = "",
) -> Response:
    """Open the appeal, or say everything that is wrong with what was sent and keep nothing."""
    desk, address = house.desk(), str(client_of(request, house))
    try:
        stated = statement(sent.text, sent.files, sent.mail, address)
        with house.writing() as connection:
            sitting = Sitting(connection, desk, house.clock())
            opened = open_by_link(sitting, token, house.secret, stated)
    except ProblemsFound as wrong:
        return _page(request, house, token, 422, sent=sent, problems=wrong.problems)
    except BadLink:
        raise
    except CannotRun:
        return _page(request, house, token, 409, sent=sent, said="not")
    said = "new" if opened.new else "again"
    query = {"token": token, "lang": language_of(request).code, "said": said}
    return RedirectResponse(f"{PREFIX}/appeal?{urlencode(query)}", 303)


def _by_request(request: Request, house: House, refused: str) -> Response:
    client, rules = client_of(request, house), house.desk().rules
    wait = house.limiter.take("refusal", client, time.monotonic())
    if wait is not None:
        raise too_many(wait)
    shown = Refused(refused, client, house.clock())
    log, site = house.state.access_log, rules.site
    if not SEARCH.acquire(blocking=False):
        raise too_many(_BUSY)
    try:
        with house.reading() as connection:
            link = link_by_request(connection, shown, log, site, house.secret)
    finally:
        SEARCH.release()
    if link is None:
        return show(request, house, "appeal.html", 404, refused=refused, unknown=True)
    # On the host by which the client came: it may reach no other.
    query = f"{urlsplit(link).query}&lang={language_of(request).code}"
    return RedirectResponse(f"{PREFIX}/appeal?{query}", 303)


def _page(
    request: Request,
    house: House,
    token: str,
    status: int = 200,
    *,
    sent: Sent = _EMPTY,
    problems: Sequence[Problem] = (),
    said: str = "",
) -> Response:
    with house.reading() as connection:
        sitting = Sitting(connection, house.desk(), house.clock())
        stands = stands_by_link(sitting, token, house.secret)
    return show(
        request,
        house,
        "case.html",
        status,
        token=token,
        stands=stands,
        block=house.policy().measure.start(Phase.BLOCK),
        edge=EDGE,
        sent=sent,
        problems=problems,
        told=_TOLD,
        wrong={_TOLD.get(one.code, "files") for one in problems},
        said=said,
        limits=_LIMITS,
    )
