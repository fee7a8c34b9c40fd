"""What went wrong on a public page, in the language of its reader."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from regiongate.control.links.token import BadLink
from regiongate.domain.errors import CannotRun, ProblemsFound
from regiongate.server.entry.door import DoorRoute
from regiongate.server.house import house_of
from regiongate.server.problem import Refused, wants_problem
from regiongate.server.public.show import show

_WRONG = (Refused, RequestValidationError, HTTPException, CannotRun, ProblemsFound)
_KINDS = {404: "not-found", 410: "ended", 413: "too-large", 429: "too-many", 503: "not-ready"}
"""The words (`sorry.KIND`) for a status; any other is a request that cannot be read."""

_CANNOT = "the server cannot answer this now; its log says why"


class PublicRoute(DoorRoute):
    """A route whose problems are told to people in words; programs get what the API says."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, with its problems told."""
        handle = super().get_route_handler()

        async def handler(request: Request) -> Response:
            try:
                return await handle(request)
            except _WRONG as wrong:
                if wants_problem(request):
                    raise _refused(wrong) from wrong
                try:
                    return await run_in_threadpool(_told, request, wrong)
                except (CannotRun, ProblemsFound):  # Without a policy nobody can say it in words.
                    raise _refused(wrong) from wrong

        return handler


def _told(request: Request, wrong: Exception) -> Response:
    status, headers = _answer(wrong)
    return show(
        request,
        house_of(request),
        "sorry.html",
        status,
        headers,
        kind=_KINDS.get(status, "unreadable"),
        seconds=int(headers.get("retry-after", 0)),
        ended=wrong.ended if isinstance(wrong, BadLink) else None,
    )


def _refused(wrong: Exception) -> Exception:
    """The same for programs. A stranger is told of a link what is wrong, and nothing of us."""
    status, _ = _answer(wrong)
    if isinstance(wrong, BadLink):
        return Refused(status, _KINDS[status], str(wrong))
    if isinstance(wrong, CannotRun | ProblemsFound):
        return Refused(status, _KINDS[status], _CANNOT)
    return wrong


def _answer(wrong: Exception) -> tuple[int, Mapping[str, str]]:
    match wrong:
        case BadLink():
            return 404 if wrong.ended is None else 410, {}
        case Refused():
            return wrong.status, wrong.headers
        case HTTPException():
            return wrong.status_code, wrong.headers or {}
        case RequestValidationError():
            return 422, {}
    return 503, {}
