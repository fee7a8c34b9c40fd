"""ASGI middleware: the gate in front of FastAPI, Starlette, Django or any other application."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from os import PathLike
from typing import Any

from regiongate.guard.asked import Asked, Values
from regiongate.guard.guard import Guard
from regiongate.guard.outcome import Answered, Passed
from regiongate.guard.stripped import is_ours

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Pairs = list[tuple[bytes, bytes]]

_DENIAL = "websocket.http.response"
"""The extension by which a server refuses a WebSocket handshake with an answer of our own."""

_BEGINS = ("http.response.start", "websocket.accept", "websocket.http.response.start")


class RegionGate:
    """Refuses, warns and lets pass what the gateway would, with the same bundle.

    `bundle` is a bundle's folder or a gateway's state directory; `options` are those of `Guard`.
    Bodies are not touched in either direction. Raises CannotRun or ProblemsFound without a bundle.
    """

    def __init__(self, app: App, bundle: str | PathLike[str], **options: Any) -> None:
        self._app = app
        self.guard = Guard(bundle, **options)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or hand it on."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        outcome = self.guard.ask(_asked(scope))
        if isinstance(outcome, Passed):
            await self._app(self._marked(scope, outcome), receive, _telling(outcome, send))
        elif scope["type"] == "http":
            await _answer(outcome, send, "http.response")
        else:
            await _refuse_handshake(outcome, scope, receive, send)

    def _marked(self, scope: Scope, passed: Passed) -> Scope:
        """The request as the API gets it: our headers are ours, and no client's."""
        told = self.guard.opened.settings.organization_header if passed.strip else None
        kept: Pairs = [
            (name, value)
            for name, value in scope["headers"]
            if name != b"x-request-id" and not is_ours(name.decode("latin-1"), told)
        ]
        return {**scope, "headers": [*kept, *_pairs(passed.request)]}


def _asked(scope: Scope) -> Asked:
    client = scope.get("client")
    return Asked(
        peer=None if client is None else client[0],
        path=scope["path"],
        headers=_values(scope["headers"]),
        query=scope.get("query_string", b"").decode("latin-1"),
    )


def _values(headers: Pairs) -> Values:
    """ASGI has every header's name in lower case."""

    found: dict[bytes, list[bytes]] = {}
    for name, value in headers:
        found.setdefault(name, []).append(value)
    return lambda name: found.get(name.encode("ascii"), [])


def _telling(passed: Passed, send: Send) -> Send:
    """Send on what the API sends, with our headers on the head of its answer."""

    async def told(message: Message) -> None:
        if message["type"] in _BEGINS:
            replaced = {name.encode("ascii") for name in passed.response}
            kept: Pairs = [
                (name, value)
                for name, value in message.get("headers", [])
                if name.lower() not in replaced
            ]
            if passed.link is not None:
                kept.append((b"link", passed.link.encode("latin-1")))
            message = {**message, "headers": [*kept, *_pairs(passed.response)]}
        await send(message)

    return told


async def _refuse_handshake(outcome: Answered, scope: Scope, receive: Receive, send: Send) -> None:
    """Refuse a WebSocket before it is accepted; a server without the extension answers 403."""
    await receive()
    if _DENIAL in scope.get("extensions", {}):
        await _answer(outcome, send, _DENIAL)
    else:
        await send({"type": "websocket.close", "code": 1008})


async def _answer(outcome: Answered, send: Send, kind: str) -> None:
    start = {"type": f"{kind}.start", "status": outcome.status}
    await send({**start, "headers": _pairs(outcome.headers)})
    await send({"type": f"{kind}.body", "body": outcome.body})


def _pairs(headers: Any) -> Pairs:
    return [(name.encode("ascii"), text.encode("latin-1")) for name, text in headers.items()]
