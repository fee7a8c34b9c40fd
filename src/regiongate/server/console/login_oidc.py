"""Log in through whoever vouches for people: there and back again (OpenID Connect)."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

from fastapi import Depends, Request, Response
from fastapi.responses import RedirectResponse

from regiongate.control.access import sessions
from regiongate.domain.errors import CannotRun
from regiongate.server.console.login import inside, welcome
from regiongate.server.entry import cookies
from regiongate.server.entry.door import Anybody, Door
from regiongate.server.entry.guesses import require_patience, wrong_guess
from regiongate.server.entry.session import by_session
from regiongate.server.entry.signed import signed, unsigned
from regiongate.server.house import House, house_of
from regiongate.server.problem import Refused
from regiongate.server.security import oidc
from regiongate.server.security.id_token import NotVouched
from regiongate.server.security.oidc import Pending, Provider

_COOKIE = "regiongate-login"
_MINUTES = 10
_BACK = "/console/login/oidc/back"

door = Door(by_session, prefix="/console/login/oidc", tags=["console"], include_in_schema=False)

TheHouse = Annotated[House, Depends(house_of)]


@door.enter("GET", "", Anybody.PUBLIC)
def there(request: Request, house: TheHouse, next: str = "/console/") -> Response:
    """Send the browser to the provider, with a cookie that says what it went for."""
    require_patience(request, house)
    url, pending = oidc.begin(_provider(house), house.settings.url + _BACK)
    said = json.dumps({**asdict(pending), "next": inside(next)})
    answer = RedirectResponse(url, 303)
    cookies.give(answer, house.settings, _COOKIE, signed(said, house.secret), _MINUTES)
    return answer


@door.enter("GET", "/back", Anybody.PUBLIC)
def back(request: Request, house: TheHouse) -> Response:
    """Let in whoever the provider vouches for, if they are known here by that name."""
    require_patience(request, house)
    said = unsigned(request.cookies.get(_COOKIE, ""), house.secret)
    if said is None:
        raise Refused(
            403, "forbidden", "this login was not begun here, or too long ago: begin anew"
        )
    kept = json.loads(said)
    wanted = kept.pop("next")
    provider, at = _provider(house), house.clock()
    try:
        claims = oidc.finish(provider, Pending(**kept), dict(request.query_params), at)
        name = oidc.person_named(provider, claims)
        with house.writing() as connection:
            begun = sessions.begin(connection, name, "oidc", at)
    except (NotVouched, CannotRun) as error:
        wrong_guess(request, house)
        raise Refused(403, "forbidden", str(error)) from error
    answer = welcome(house, begun, wanted)
    cookies.take_back(answer, house.settings, _COOKIE)
    return answer


def _provider(house: House) -> Provider:
    if house.settings.oidc is None:
        raise Refused(404, "not-found", "no OpenID provider is configured: use a one-time code")
    return house.settings.oidc
