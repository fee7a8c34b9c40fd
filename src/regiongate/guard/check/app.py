"""The check service as an ASGI application: every path, and what is said of mistakes."""

from __future__ import annotations

from http import HTTPStatus

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from regiongate.domain.refusal import SELF_CHECK_PATH
from regiongate.guard.check import doors, verdicts
from regiongate.guard.check.problem import BadQuestion, response
from regiongate.guard.check.service import Service, service_of

_ANY = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"]


def make_app(service: Service) -> Starlette:
    """The application over one guard."""
    app = Starlette(
        routes=[
            Route("/auth-request", doors.auth_request, methods=_ANY),
            Route("/answer", doors.answer, methods=_ANY),
            Route("/forward-auth", doors.forward_auth, methods=_ANY),
            Route(doors.EXT_AUTHZ + "/{path:path}", doors.ext_authz, methods=_ANY),
            Route(SELF_CHECK_PATH, doors.self_check),
            Route(doors.EXT_AUTHZ + "-self-check", doors.ext_authz_self_check),
            Route("/v1/check", verdicts.check, methods=["POST"]),
            Route("/v1/check/batch", verdicts.check_many, methods=["POST"]),
            Route("/healthz", _healthy),
            Route("/metrics", _metrics),
        ],
        exception_handlers={BadQuestion: _bad, HTTPException: _unrouted, ClientDisconnect: _gone},
    )
    app.state.service = service
    return app


async def _healthy(request: Request) -> Response:
    return JSONResponse({"generation": service_of(request).guard.opened.generation})


async def _metrics(request: Request) -> Response:
    """For Prometheus: what has become of the bundles."""
    guard = service_of(request).guard
    generation, counts = guard.opened.generation, guard.counts
    lines = [
        "# TYPE regiongate_check_bundles_opened_total counter",
        f"regiongate_check_bundles_opened_total {counts.opened}",
        "# TYPE regiongate_check_bundles_refused_total counter",
        f"regiongate_check_bundles_refused_total {counts.refused}",
        "# TYPE regiongate_check_generation gauge",
        f'regiongate_check_generation{{generation="{generation}"}} 1',
    ]
    return PlainTextResponse("\n".join(lines) + "\n", media_type="text/plain; version=0.0.4")


async def _bad(_: Request, error: Exception) -> Response:
    assert isinstance(error, BadQuestion)  # noqa: S101 - for the type checker; the table says it
    return response(error)


async def _gone(_: Request, __: Exception) -> Response:
    """Nobody reads this: who hangs up in the middle of a question is no error of ours."""
    return Response(status_code=400)


async def _unrouted(_: Request, error: Exception) -> Response:
    missing = isinstance(error, HTTPException) and error.status_code == HTTPStatus.NOT_FOUND
    if missing:
        return response(BadQuestion(404, "not-found", "see docs/check.md for what can be asked"))
    return response(BadQuestion(405, "wrong-method", "see docs/check.md for how it is asked"))
