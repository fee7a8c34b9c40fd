"""Who looks at the console: the session of a browser, and the proof that a form is ours."""

from __future__ import annotations

import hmac
from urllib.parse import quote

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from regiongate.control.access import enter
from regiongate.control.access.sessions import Session
from regiongate.domain.access import Caller
from regiongate.domain.role import Act
from regiongate.server.entry.cookies import session_of
from regiongate.server.entry.door import Admission, Anybody, Needs, everybody
from regiongate.server.house import House, house_of
from regiongate.server.problem import Refused

CSRF_FIELD = "csrf"
CSRF_HEADER = "x-csrf-token"

_READS = frozenset({"GET", "HEAD"})


class LoginNeeded(Exception):
    """Nobody is logged in; `next` is where the person wanted to go."""

    def __init__(self, wanted: str) -> None:
        super().__init__(wanted)
        self.next = wanted


def by_session(needs: Needs) -> Admission:
    """Lets in whoever is logged in with a role that allows what is needed.

    A change must come from a form of ours: from this origin, with the session's token in it. The
    form is read last, so nobody else can have us read one.
    """
    if needs is Anybody.PUBLIC:
        return everybody

    async def admitted(request: Request) -> None:
        house = house_of(request)
        session = await run_in_threadpool(_session, request, house)
        if isinstance(needs, Act) and not session.caller.may(needs):
            raise Refused(403, "forbidden", f"{session.caller.role} may not {needs}")
        if request.method not in _READS:
            _require_our_origin(request, house)
            _require_our_form(session, await _form_token(request))
        request.state.session, request.state.caller = session, session.caller

    return admitted


def caller_known(request: Request) -> Caller:
    """The person who was let in."""
    found: Caller = request.state.caller
    return found


async def _form_token(request: Request) -> str | None:
    """What a form, or the header of a script, says. The form is read once and kept for others."""
    if (header := request.headers.get(CSRF_HEADER)) is not None:
        return header
    # No page of ours sends files, which would be written to the disk while they are read.
    said = (await request.form(max_files=0)).get(CSRF_FIELD)
    return said if isinstance(said, str) else None


def _session(request: Request, house: House) -> Session:
    secret = session_of(request, house.settings)
    if secret is not None:
        found = enter.by_session(house.database, secret, house.clock())
        if found is not None:
            return found
    path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    raise LoginNeeded(quote(path if request.method == "GET" else "/console/", safe="/"))


def _require_our_origin(request: Request, house: House) -> None:
    """Raise Refused for a change that a browser says another site has sent."""
    origin = request.headers.get("origin")
    if origin is not None and origin != house.settings.url:
        raise Refused(
            403, "forbidden", f"a form of {house.settings.url} is needed, not of {origin}"
        )


def _require_our_form(session: Session, form_token: str | None) -> None:
    """Raise Refused for a change without the token that only our own pages have."""
    if form_token is None or not hmac.compare_digest(form_token.encode(), session.csrf.encode()):
        raise Refused(403, "forbidden", "this form has grown old: open the page again and repeat")
