"""Health: whether the server lives, and whether it can do its work."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import sqlalchemy as sa
from fastapi import Depends, Response
from pydantic import BaseModel, Field

from regiongate.domain.errors import CannotRun, ProblemsFound
from regiongate.server.entry.door import Anybody, Door, Needs
from regiongate.server.house import House, house_of


def _everybody(_: Needs) -> Callable[[], None]:
    return lambda: None


door = Door(_everybody, prefix="/health", tags=["health"])


class Ready(BaseModel):
    """Whether requests can be served, and what stands in the way."""

    ready: bool
    missing: list[str] = Field(description="What is not there, in words; empty when ready.")


@door.enter("GET", "/live", Anybody.PUBLIC)
def live() -> dict[str, bool]:
    """Say that the process lives."""
    return {"live": True}


@door.enter("GET", "/ready", Anybody.PUBLIC, responses={503: {"model": Ready}})
def ready(response: Response, house: Annotated[House, Depends(house_of)]) -> Ready:
    """Say whether the store answers and a policy is there. 503 when not."""
    missing = []
    try:
        with house.reading() as connection:
            connection.execute(sa.select(1))
    except CannotRun:
        missing.append("the store does not answer")
    try:
        house.policy()
    except (CannotRun, ProblemsFound):
        missing.append("no policy can be read")
    response.status_code = 503 if missing else 200
    return Ready(ready=not missing, missing=missing)
