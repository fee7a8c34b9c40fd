"""Log in through whoever vouches for people: there and back again (OpenID Connect)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from fastapi.responses import RedirectResponse

from regiongate.control.access import sessions
from regiongate.control.access.sessions import Begun
from regiongate.domain.errors import CannotRun
from regiongate.server.console.login import inside, welcome
from regiongate.server.entry import cookies
from regiongate.server.entry.door import Anybody, Door
from regiongate.server.entry.guesses import require_pace, require_patience, wrong_guess
from regiongate.server.entry.session import by_session
from regiongate.server.entry.signed import signed, unsigned
from regiongate.server.house import House, house_of
from regiongate.server.problem import Refused
from regiongate.server.security import oidc
from regiongate.server.security.id_token import NotVouched
from regiongate.server.security.oidc import Pending, Provider
from regiongate.store.people import People

_MINUTES = 10
_BACK = "/console/login/oidc/back"

door = Door(by_session, prefix="/console/login/oidc", tags=["console"], include_in_schema=False)

TheHouse = Annotated[House, Depends(house_of)]


@door.enter("GET", "", Anybody.PUBLIC)
def there(request: Request, house: TheHouse, next: str = "/console/") -> Response:
    """Send the browser to the provider, with a cookie that says what it went for."""
    provider = _provider(house)
    require_pace(request, house, "login")
    require_patience(request, house)
    try:
        url, pending = oidc.begin(provider, house.settings.url + _BACK)
    except CannotRun as error:
        raise _broken(error) from error
    said = json.dumps({**asdict(pending), "next": inside(next)})
    answer = RedirectResponse(url, 303)
    name = cookies.pending_name(house.settings)
    cookies.give(answer, house.settings, name, signed(said, house.secret), _MINUTES)
    return answer


@door.enter("GET", "/back", Anybody.PUBLIC)
def back(request: Request, house: TheHouse) -> Response:
    """Let in whoever the provider vouches for, if they are known here by that name."""
    provider = _provider(house)
    require_patience(request, house)
    cookie = cookies.pending_name(house.settings)
    said = unsigned(request.cookies.get(cookie, ""), house.secret)
    if said is None:
        raise Refused(
            403, "forbidden", "this login was not begun here, or too long ago: begin anew"
        )
    kept = json.loads(said)
    wanted = kept.pop("next")
    try:
        claims = _claims(provider, Pending(**kept), request.query_params, house)
        begun = _begun(house, oidc.person_named(provider, claims))
    except NotVouched as error:
        wrong_guess(request, house)
        raise Refused(403, "forbidden", str(error)) from error
    answer = welcome(house, begun, wanted)
    cookies.take_back(answer, house.settings, cookie)
    return answer


def _claims(
    provider: Provider, pending: Pending, query: Mapping[str, str], house: House
) -> Mapping[str, Any]:
    """What the provider says of who came back. Raises NotVouched, or Refused for a broken one."""
    try:
        return oidc.finish(provider, pending, query, house.clock())
    except NotVouched:
        raise
    except CannotRun as error:
        raise _broken(error) from error


def _begun(house: House, name: str) -> Begun:
    """A session for somebody who is known here. Raises NotVouched for anybody else."""
    with house.writing() as connection:
        if People(connection).get(name) is None:
            raise NotVouched(f"nobody is called {name!r} here: regiongate person add")
        return sessions.begin(connection, name, "oidc", house.clock())


def _broken(error: CannotRun) -> Refused:
    """It is the provider that fails, not whoever wants to log in: no guess is counted."""
    return Refused(502, "bad-gateway", str(error))


def _provider(house: House) -> Provider:
    if house.settings.oidc is None:
        raise Refused(404, "not-found", "no OpenID provider is configured: use a one-time code")
    return house.settings.oidc
