"""HEAD: what GET would answer, without its body (RFC 9110, section 9.3.2)."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from starlette.datastructures import MutableHeaders


class Head:
    """ASGI middleware that answers HEAD wherever GET is answered.

    The request goes on as a GET, so it takes the same permission, has the same status and headers,
    and is written to the audit trail where that is: whoever sees the length of a page has asked
    for it. What stands around this sees a HEAD again.
    """

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_head = scope["method"] == "HEAD"

        async def sent(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                _allow_head(MutableHeaders(scope=message))
            elif is_head:
                message = {**message, "body": b""}
            await send(message)

        if is_head:
            scope["method"] = "GET"
        try:
            await self._app(scope, receive, sent)
        finally:
            if is_head:
                scope["method"] = "HEAD"


def _allow_head(headers: MutableHeaders) -> None:
    """A 405 names the methods of a route, and HEAD is none of any (RFC 9110, section 15.5.6)."""
    allowed = [one.strip() for one in headers.get("allow", "").split(",")]
    if "GET" in allowed and "HEAD" not in allowed:
        headers["allow"] = ", ".join([*allowed, "HEAD"])
