"""Health: whether the server lives, and whether it can do its work."""

from __future__ import annotations

from fastapi import Request, Response
from pydantic import BaseModel, Field

from regiongate.server.entry.door import Anybody, Door, everybody

door = Door(lambda _: everybody, prefix="/health", tags=["health"])


class Ready(BaseModel):
    """Whether requests can be served, and what stands in the way."""

    ready: bool
    missing: list[str] = Field(description="What is not there, in words; empty when ready.")


@door.enter("GET", "/live", Anybody.PUBLIC)
def live() -> dict[str, bool]:
    """Say that the process lives."""
    return {"live": True}


@door.enter("GET", "/ready", Anybody.PUBLIC, responses={503: {"model": Ready}})
def ready(request: Request, response: Response) -> Ready:
    """Say within seconds whether the store answers and a policy is there. 503 when not."""
    found = [check.missing() for check in request.app.state.checks]
    missing = [words for words in found if words is not None]
    response.status_code = 503 if missing else 200
    return Ready(ready=not missing, missing=missing)
