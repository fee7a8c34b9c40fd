"""ASGI middleware: the gate in front of FastAPI, Starlette, Django or any other application."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from os import PathLike
from typing import Any

from regiongate.compiler.envoy import names
from regiongate.guard.asked import Asked, Values
from regiongate.guard.guard import Guard
from regiongate.guard.outcome import Answered, Passed
from regiongate.guard.stripped import is_replaced

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Pairs = list[tuple[bytes, bytes]]

_DENIAL = "websocket.http.response"
"""The extension by which a server refuses a WebSocket handshake with an answer of our own."""

_BEGINS = ("http.response.start", "websocket.accept", "websocket.http.response.start")


_REQUEST_ID = b"x-request-id"
_ONLY_ID = frozenset({_REQUEST_ID})
_KEY = names.KEY.encode("ascii")


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
            await self._app(_marked(scope, outcome), receive, _telling(outcome, send))
        elif scope["type"] == "http":
            await _answer(outcome, send, "http.response")
        else:
            await _refuse_handshake(outcome, scope, receive, send)


def _marked(scope: Scope, passed: Passed) -> Scope:
    """The request as the API gets it: our headers are ours, and no client's."""
    untold = passed.untold
    headers: Pairs = [pair for pair in scope["headers"] if not is_replaced(pair[0], untold)]
    headers += passed.said.raw
    if passed.key is not None:
        headers.append((_KEY, passed.key.encode("ascii")))
    headers.append((_REQUEST_ID, passed.request_id.encode("latin-1")))
    return {**scope, "headers": headers}


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
    once = dict(headers)
    if len(once) < len(headers):
        return lambda name: [value for found, value in headers if found == name.encode("ascii")]

    def values(name: str) -> list[bytes]:
        found = once.get(name.encode("ascii"))
        return [] if found is None else [found]

    return values


def _telling(passed: Passed, send: Send) -> Send:
    """Send on what the API sends, with our headers on the head of its answer."""

    # No coroutine of its own: each part of a streamed answer passes here.
    def told(message: Message) -> Awaitable[None]:
        if message["type"] in _BEGINS:
            message = {**message, "headers": _told(passed, message.get("headers", []))}
        return send(message)

    return told


def _told(passed: Passed, headers: Any) -> Pairs:
    """The head of the API's answer, with ours instead of its own and a link beside its own."""
    ours = _pairs(passed.warning) if passed.warning else []
    ours.append((_REQUEST_ID, passed.request_id.encode("latin-1")))
    replaced = {name for name, _ in ours} if passed.warning else _ONLY_ID
    kept: Pairs = [pair for pair in headers if pair[0].lower() not in replaced]
    if passed.link is not None:
        kept.append((b"link", passed.link.encode("latin-1")))
    kept += ours
    return kept


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
