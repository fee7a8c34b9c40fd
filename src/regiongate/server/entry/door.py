"""A door: routes that nobody can add without saying who may enter.

Every route of the server is made by one of these. What it says is in the table of
docs/endpoints.md, which a test regenerates.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any

from fastapi import APIRouter, Depends

from regiongate.domain.role import Act

NEEDS = "x-regiongate-needs"
"""Where a route says in OpenAPI who may enter."""


class Anybody(StrEnum):
    """Who may enter without a role."""

    PUBLIC = "public"
    KNOWN = "known"
    """Whoever is logged in, for what is their own."""

    SCRAPER = "scraper"
    """Whoever may read the metrics: no person, and nothing of any."""


Needs = Act | Anybody


class Door(APIRouter):
    """Routes behind one way of saying who one is.

    `admit` makes, of what a route needs, the dependency that lets callers in or refuses them.
    """

    def __init__(self, admit: Callable[[Needs], Callable[..., Any]], **options: Any) -> None:
        super().__init__(**options)
        self._admit = admit

    def enter(
        self, method: str, path: str, needs: Needs, **options: Any
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """A decorator that adds a route for `method` at `path`, for whom `needs` admits."""
        extra = {**options.pop("openapi_extra", {}), NEEDS: needs.value}
        dependencies = [Depends(self._admit(needs)), *options.pop("dependencies", [])]
        return self.api_route(
            path, methods=[method], dependencies=dependencies, openapi_extra=extra, **options
        )
