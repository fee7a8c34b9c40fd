"""The application: every route, and what stands around them all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles

from regiongate.domain.access import Forbidden
from regiongate.domain.errors import CannotRun, ProblemsFound
from regiongate.server import doors
from regiongate.server.entry.session import LoginNeeded
from regiongate.server.head import Head
from regiongate.server.house import House
from regiongate.server.observe.observed import observed
from regiongate.server.openapi import Documented, described
from regiongate.server.pages.render import environment
from regiongate.server.pages.sorry import sorry
from regiongate.server.problem import Refused
from regiongate.server.security.headers import SecurityHeaders, always
from regiongate.server.security.size import SizeLimit

STATIC = Path(__file__).parent / "static"


def create_app(house: House) -> FastAPI:
    """The application of one house."""
    app = Documented(
        **described(),
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
        # It would lead to whatever host the client has named.
        redirect_slashes=False,
    )
    app.state.house = house
    environment()
    for door in doors.ALL:
        app.include_router(door)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.add_middleware(SizeLimit)
    app.add_middleware(SecurityHeaders, secure=house.settings.is_secure)
    app.add_middleware(Head)
    observed(app, house)
    for kind, answered in _ANSWERS.items():
        app.add_exception_handler(kind, answered)
    return app


def _login(_: Request, error: LoginNeeded) -> Response:
    return RedirectResponse(f"/console/login?next={error.next}", 303)


def _refused(request: Request, error: Refused) -> Response:
    return sorry(request, error.status, error.kind, error.detail, headers=error.headers)


def _invalid(request: Request, error: RequestValidationError) -> Response:
    """What was sent is not what the page or endpoint takes; its values are not said again."""
    found = [
        {"place": ".".join(str(part) for part in one["loc"]), "message": one["msg"]}
        for one in error.errors()
    ]
    told = "; ".join(f"{one['place']}: {one['message']}" for one in found)
    return sorry(request, 422, "invalid", told, problems=found)


def _problems(request: Request, error: ProblemsFound) -> Response:
    found = [
        {"file": one.file, "line": one.line, "column": one.column, "code": one.code}
        | {"message": one.message, "remedy": one.remedy}
        for one in error.problems
    ]
    return sorry(request, 422, "problems", f"{len(found)} problems were found", problems=found)


def _cannot(request: Request, error: CannotRun) -> Response:
    if isinstance(error, Forbidden):
        return sorry(request, 403, "forbidden", str(error))
    return sorry(request, 409, "cannot-run", str(error))


def _http(request: Request, error: HTTPException) -> Response:
    kind = _KINDS.get(error.status_code, "bad-request")
    headers = dict(error.headers or {})
    return sorry(request, error.status_code, kind, str(error.detail), headers=headers)


_KINDS = {404: "not-found", 413: "too-large"}


def _broken(request: Request, _: Exception) -> Response:
    """What nobody foresaw: the log has it all, and whoever asked learns nothing from it.

    It is answered outside of every middleware, so it brings the headers along.
    """
    headers = always(request.app.state.house.settings.is_secure)
    return sorry(
        request, 500, "internal", "it was written to the log of the server", headers=headers
    )


_ANSWERS: Mapping[type[Exception], Callable[[Request, Any], Response]] = {
    LoginNeeded: _login,
    Refused: _refused,
    RequestValidationError: _invalid,
    ProblemsFound: _problems,
    CannotRun: _cannot,
    HTTPException: _http,
    Exception: _broken,
}
"""What each kind of error is answered with."""
