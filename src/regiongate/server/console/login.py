"""Log in and out: by a one-time link, or through whoever vouches for people (OIDC)."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from regiongate.control.access import login as logins
from regiongate.control.access import sessions
from regiongate.control.access.sessions import Begun
from regiongate.server.entry import cookies
from regiongate.server.entry.door import Anybody, Door
from regiongate.server.entry.guesses import require_pace, require_patience, wrong_guess
from regiongate.server.entry.session import by_session
from regiongate.server.house import House, house_of
from regiongate.server.pages.render import render
from regiongate.server.problem import Refused

HOME = "/console/"
_SESSION_MINUTES = 8 * 60

door = Door(by_session, prefix="/console", tags=["console"], include_in_schema=False)

TheHouse = Annotated[House, Depends(house_of)]


@door.enter("GET", "/login", Anybody.PUBLIC)
def page(request: Request, house: TheHouse, code: str = "", next: str = HOME) -> Response:
    """Ask for the one-time code; a link brings it along.

    It is redeemed by a button, not by opening the link: mail programs open links on their own.
    """
    oidc = house.settings.oidc is not None
    return render(request, "console/login.html", code=code, next=inside(next), oidc=oidc)


@door.enter("POST", "/login", Anybody.PUBLIC)
def log_in(
    request: Request,
    house: TheHouse,
    code: Annotated[str, Form(max_length=200)],
    next: Annotated[str, Form(max_length=2000)] = HOME,
) -> Response:
    """Redeem a one-time code."""
    origin = request.headers.get("origin")
    if origin not in (None, house.settings.url):
        raise Refused(403, "forbidden", f"log in at {house.settings.url}")
    require_pace(request, house, "login")
    require_patience(request, house)
    with house.writing() as connection:
        begun = logins.redeem(connection, code, house.clock())
    if begun is None:
        wrong_guess(request, house)
        raise Refused(403, "forbidden", "this code was used, has ended, or is not one of ours")
    return welcome(house, begun, next)


@door.enter("POST", "/logout", Anybody.KNOWN)
def log_out(request: Request, house: TheHouse) -> Response:
    """End the session."""
    secret = cookies.session_of(request, house.settings)
    if secret is not None:
        with house.writing() as connection:
            sessions.end(connection, secret, house.clock())
    answer = RedirectResponse("/console/login", 303)
    cookies.take_back(answer, house.settings, cookies.session_name(house.settings))
    return answer


def welcome(house: House, begun: Begun, wanted: str) -> Response:
    """The answer that gives a browser its session, and brings it where it wanted to go."""
    answer = RedirectResponse(inside(wanted), 303)
    name = cookies.session_name(house.settings)
    cookies.give(answer, house.settings, name, begun.secret, _SESSION_MINUTES)
    return answer


def inside(wanted: str) -> str:
    """Where to go after a login: a page of the console, whatever else was asked for."""
    clean = wanted.startswith("/console/") and all(" " < one < "\x7f" for one in wanted)
    return wanted if clean and "\\" not in wanted else HOME
