"""A door: routes that nobody can add without saying who may enter.

Every route of the server is made by one of these. What it says is in the table of
docs/endpoints.md, which a test regenerates. Who enters is asked before anything of what they bring
is read: FastAPI would read a body first, and ask afterwards.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from enum import StrEnum
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute

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

Admission = Callable[[Request], Awaitable[None]]
"""Lets a request in, or raises what it is refused with."""


async def everybody(_: Request) -> None:
    """Nobody is asked who they are."""


class DoorRoute(APIRoute):
    """A route of a door: the door's admission stands before it."""

    admission: Admission

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, behind the admission."""
        handle = super().get_route_handler()

        async def handler(request: Request) -> Response:
            await self.admission(request)
            return await handle(request)

        return handler


class Door(APIRouter):
    """Routes behind one way of saying who one is.

    `admit` makes, of what a route needs, the admission that lets callers in or refuses them.
    """

    def __init__(self, admit: Callable[[Needs], Admission], **options: Any) -> None:
        super().__init__(**{"route_class": DoorRoute} | options)
        self._admit = admit

    def enter(
        self, method: str, path: str, needs: Needs, **options: Any
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """A decorator that adds a route for `method` at `path`, for whom `needs` admits."""
        extra = {**options.pop("openapi_extra", {}), NEEDS: needs.value}

        def added(function: Callable[..., Any]) -> Callable[..., Any]:
            self.add_api_route(path, function, methods=[method], openapi_extra=extra, **options)
            route = self.routes[-1]
            if not isinstance(route, DoorRoute):
                raise AssertionError(f"{path} is a route that nobody stands before")
            route.admission = self._admit(needs)
            return function

        return added
