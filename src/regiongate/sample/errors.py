"""Errors as the official SDKs expect them: each API's own envelope around one sentence."""

import json
from collections.abc import Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

ANTHROPIC_TYPES = {401: "authentication_error", 404: "not_found_error", 413: "request_too_large"}
"""Anthropic's names for the statuses that are not a plain `invalid_request_error`."""


class ApiError(Exception):
    """A request that cannot be answered, with what a caller needs to mend it."""

    def __init__(
        self, message: str, *, status: int = 400, param: str | None = None, code: str | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.param = param
        self.code = code


def speaks_anthropic(connection: HTTPConnection) -> bool:
    """Whether the caller expects Anthropic's shapes on a path that both APIs share."""
    return (
        connection.url.path.startswith("/v1/messages") or "anthropic-version" in connection.headers
    )


def as_json(content: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON answer in ASCII.

    A prompt may hold half of a surrogate pair, which JSON can escape and UTF-8 cannot encode;
    Starlette's own JSON response would fail on it.
    """
    text = json.dumps(content)
    return Response(text, status_code=status, headers=headers, media_type="application/json")


async def refused(request: Request, error: Exception) -> Response:
    """The answer to an `ApiError`, in the dialect of the caller."""
    assert isinstance(error, ApiError)  # noqa: S101 -- Starlette hands over what was registered.
    written = anthropic_error(error) if speaks_anthropic(request) else openai_error(error)
    return as_json(written, error.status)


def anthropic_error(error: ApiError) -> dict[str, Any]:
    """An error in Anthropic's form."""
    kind = ANTHROPIC_TYPES.get(error.status, "invalid_request_error")
    return {"type": "error", "error": {"type": kind, "message": error.message}}


def openai_error(error: ApiError) -> dict[str, Any]:
    """An error in OpenAI's form."""
    detail = {
        "message": error.message,
        "type": "invalid_request_error",
        "param": error.param,
        "code": error.code,
    }
    return {"error": detail}


async def unrouted(request: Request, error: Exception) -> Response:
    """The answer for a path or a method that the API does not have, in the caller's dialect."""
    assert isinstance(error, HTTPException)  # noqa: S101 -- as above.
    known = ApiError(
        f"{request.method} {request.url.path}: {error.detail}.",
        status=error.status_code,
        code="unknown_url" if error.status_code == 404 else None,
    )
    answer = await refused(request, known)
    answer.headers.update(error.headers or {})
    return answer
