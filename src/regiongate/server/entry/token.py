"""Who asks the API: the bearer of a token (RFC 6750)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from regiongate.control.access import enter
from regiongate.domain.access import Caller
from regiongate.domain.role import Act
from regiongate.server.entry.door import Anybody, Needs
from regiongate.server.entry.guesses import require_pace, require_patience, wrong_guess
from regiongate.server.house import House, house_of
from regiongate.server.problem import Refused

_BEARER = HTTPBearer(
    bearerFormat="rg_…",
    auto_error=False,
    description="A token of `regiongate token issue`, in the name of a person and within its role.",
)


def by_token(needs: Needs) -> Callable[..., None]:
    """Lets in whoever bears a token that allows what is needed."""
    if needs is Anybody.PUBLIC:
        return _everybody

    def admitted(
        request: Request,
        house: Annotated[House, Depends(house_of)],
        credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)],
    ) -> None:
        require_pace(request, house, "api")
        caller = _bearer(request, house, credentials)
        if isinstance(needs, Act) and not caller.may(needs):
            raise Refused(403, "forbidden", f"{caller.role} may not {needs}")
        request.state.caller = caller

    return admitted


def caller_of(request: Request) -> Caller:
    """Who was let in."""
    found: Caller = request.state.caller
    return found


def _everybody() -> None:
    """Nobody is asked who they are."""


def _bearer(
    request: Request, house: House, credentials: HTTPAuthorizationCredentials | None
) -> Caller:
    if credentials is None:
        raise _unknown("send a token: Authorization: Bearer rg_…")
    require_patience(request, house)
    caller = enter.by_token(house.database, credentials.credentials, house.clock())
    if caller is None:
        wrong_guess(request, house)
        raise _unknown("this token is not known, has ended, or was revoked")
    return caller


def _unknown(detail: str) -> Refused:
    return Refused(401, "unauthorized", detail, {"www-authenticate": "Bearer"})
