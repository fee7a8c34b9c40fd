"""Who asks the API: the bearer of a token (RFC 6750)."""

from __future__ import annotations

from fastapi import Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.concurrency import run_in_threadpool

from regiongate.control.access import enter
from regiongate.domain.access import Caller
from regiongate.domain.role import Act
from regiongate.server.entry.door import Admission, Needs
from regiongate.server.entry.guesses import require_pace, require_patience, wrong_guess
from regiongate.server.house import House, house_of
from regiongate.server.problem import Refused

BEARER = HTTPBearer(
    bearerFormat="rg_…",
    auto_error=False,
    description="A token of `regiongate token issue`, in the name of a person and within its role.",
)
"""What the OpenAPI document says of how programs say who they are."""


def by_token(needs: Needs) -> Admission:
    """Lets in whoever bears a token that allows what is needed."""

    async def admitted(request: Request) -> None:
        house = house_of(request)
        require_pace(request, house, "api")
        shown = await BEARER(request)
        caller = await run_in_threadpool(_bearer, request, house, shown)
        if isinstance(needs, Act) and not caller.may(needs):
            raise Refused(403, "forbidden", f"{caller.role} may not {needs}")
        request.state.caller = caller

    return admitted


def caller_of(request: Request) -> Caller:
    """Who was let in."""
    found: Caller = request.state.caller
    return found


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
