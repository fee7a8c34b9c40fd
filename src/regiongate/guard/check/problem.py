"""What is wrong with a question, as `application/problem+json` (RFC 9457)."""

from __future__ import annotations

import json
from typing import Any

from starlette.responses import Response


class BadQuestion(Exception):
    """A question that cannot be answered: the status, a kind, and what to mend."""

    def __init__(self, status: int, kind: str, detail: str, problems: list[Any] | None = None):
        super().__init__(detail)
        self.status, self.kind, self.detail = status, kind, detail
        self.problems = problems or []


TITLES = {
    "invalid": "The question says something wrong",
    "media-type": "The question must be application/json",
    "not-found": "There is no such thing to ask",
    "too-large": "Too much was asked at once",
    "wrong-method": "This is asked in another way",
}


def response(error: BadQuestion) -> Response:
    """The answer to such a question."""
    said: dict[str, Any] = {
        "type": f"urn:regiongate:problem:{error.kind}",
        "title": TITLES[error.kind],
        "status": error.status,
        "detail": error.detail,
    }
    if error.problems:
        said["problems"] = error.problems
    content = json.dumps(said, ensure_ascii=False).encode()
    headers = {"cache-control": "no-store"}
    return Response(content, error.status, headers, "application/problem+json")
