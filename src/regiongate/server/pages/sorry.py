"""What whoever asked gets instead of an answer: a problem for programs, a page for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import Request, Response

from regiongate.server.pages.render import render
from regiongate.server.problem import TITLES, problem, wants_problem


def sorry(
    request: Request,
    status: int,
    kind: str,
    detail: str,
    *,
    problems: Sequence[Mapping[str, Any]] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A problem of a kind (`problem.TITLES`), in the form that the asker reads."""
    if wants_problem(request):
        found = [dict(one) for one in problems]
        return problem(status, kind, detail, problems=found, headers=dict(headers or {}))
    told = {"title": TITLES[kind], "detail": detail, "problems": problems}
    return render(request, "pages/sorry.html", status, headers, **told)
