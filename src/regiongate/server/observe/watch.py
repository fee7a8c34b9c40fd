"""Watches every request: measures it, counts it, and logs one line of it."""

from __future__ import annotations

import re
import time
from collections.abc import MutableMapping
from ipaddress import ip_network
from typing import Any
from uuid import uuid4

from fastapi import Request
from starlette.datastructures import MutableHeaders

from regiongate.server.entry.client import client_of
from regiongate.server.entry.guesses import WRONG_SECRET
from regiongate.server.house import House
from regiongate.server.observe.meters import Meters
from regiongate.server.observe.request_log import log_request
from regiongate.server.observe.route import method_of, route_of
from regiongate.server.problem import Refused

REQUEST_ID = "x-request-id"
TRACE_ID = "trace_id"
"""Where the state of a request has the id of its trace, if it has one."""

_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_PREFIX = {4: 24, 6: 48}
_BROKEN = 500


def meters_of(request: Request) -> Meters:
    """The counters of the server that a request came to."""
    found: Meters = request.app.state.meters
    return found


class Watch:
    """ASGI middleware around all others, so that it sees what they refuse too."""

    def __init__(self, app: Any, house: House, meters: Meters) -> None:
        self._app = app
        self._house = house
        self._meters = meters

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        id = _request_id(Request(scope))
        status = _BROKEN  # What an error makes of it outside, where no answer was begun.

        async def sent(message: MutableMapping[str, Any]) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[REQUEST_ID] = id
            await send(message)

        begun = time.perf_counter()
        self._meters.begin()
        try:
            await self._app(scope, receive, sent)
        finally:
            self._note(scope, id, status, time.perf_counter() - begun)

    def _note(self, scope: Any, id: str, status: int, seconds: float) -> None:
        route, method, known = route_of(scope), method_of(scope), scope.get("state", {})
        self._meters.end(route, method, status, seconds)
        if WRONG_SECRET in known:
            self._meters.wrong_secret(route)
        caller = known.get("caller")
        facts = {
            "method": method,
            "route": route,
            "status": status,
            "ms": round(seconds * 1000, 1),
            "request_id": id,
            "person": None if caller is None else caller.person.name,
            "network": _network(Request(scope), self._house),
        }
        if TRACE_ID in known:
            facts[TRACE_ID] = known[TRACE_ID]
        log_request(facts)


def _request_id(request: Request) -> str:
    """The id that the gateway gave the request, or a new one."""
    said = request.headers.get(REQUEST_ID, "")
    return said if _ID.fullmatch(said) else str(uuid4())


def _network(request: Request, house: House) -> str | None:
    """The network of the client, no finer than a /24 or /48; None where nobody could say."""
    try:
        address = client_of(request, house)
    except Refused:
        return None
    return str(ip_network((address, _PREFIX[address.version]), strict=False))
