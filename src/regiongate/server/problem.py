"""What goes wrong, as `application/problem+json` (RFC 9457) or as a page for people."""

from __future__ import annotations

from typing import Any

from fastapi import Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

MEDIA_TYPE = "application/problem+json"


class ProblemBody(BaseModel):
    """A problem: what kind it is, and in words what is wrong and what to do."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "urn:regiongate:problem:cannot-run",
                    "title": "It cannot be done",
                    "status": 409,
                    "detail": "there is no case 7: see regiongate case list",
                    "problems": [],
                }
            ]
        }
    )

    type: str = Field(description="A URN that names the kind of problem.")
    title: str = Field(description="The kind of problem in words.")
    status: int = Field(description="The HTTP status, once more.")
    detail: str = Field(description="What is wrong here, and what to do.")
    problems: list[dict[str, Any]] = Field(
        default=[], description="Every single mistake with its place, where there are several."
    )


class Refused(Exception):
    """A request that gets a problem instead of an answer."""

    def __init__(self, status: int, kind: str, detail: str, headers: dict[str, str] | None = None):
        super().__init__(detail)
        self.status, self.kind, self.detail = status, kind, detail
        self.headers = headers or {}


TITLES = {
    "bad-gateway": "Another server does not do its part",
    "bad-request": "The request cannot be read",
    "cannot-run": "It cannot be done",
    "changed": "It was changed in the meantime",
    "ended": "It has ended",
    "forbidden": "This access does not allow it",
    "internal": "Something is broken here",
    "invalid": "The request says something wrong",
    "key-used": "The idempotency key was used for something else",
    "not-found": "There is no such thing",
    "not-ready": "It cannot be answered now",
    "precondition-required": "Say which version you change",
    "problems": "There are problems in what was sent",
    "too-large": "Too much was sent",
    "too-many": "Too many requests",
    "unauthorized": "Say who you are",
}
"""Every kind of problem, and its title."""


def problem(
    status: int,
    kind: str,
    detail: str,
    *,
    problems: list[dict[str, Any]] | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    """The answer of a problem."""
    said = ProblemBody(
        type=f"urn:regiongate:problem:{kind}",
        title=TITLES[kind],
        status=status,
        detail=detail,
        problems=problems or [],
    )
    return JSONResponse(said.model_dump(), status, headers, MEDIA_TYPE)


def wants_problem(request: Request) -> bool:
    """Whether a program asks, which reads a problem; a browser gets a page."""
    return request.url.path.startswith("/api/") or "text/html" not in request.headers.get(
        "accept", ""
    )
