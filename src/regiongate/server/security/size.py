"""No request is larger than what a page or an endpoint could use."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from starlette.exceptions import HTTPException

LARGEST = 24 * 1024 * 1024
"""Bytes of a body: an appeal with its evidence, or a book of organizations."""


class SizeLimit:
    """ASGI middleware that stops reading a body that is too large, whatever it said before."""

    def __init__(self, app: Any, largest: int = LARGEST) -> None:
        self._app = app
        self._largest = largest

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        read = 0

        async def received() -> MutableMapping[str, Any]:
            nonlocal read
            message: MutableMapping[str, Any] = await receive()
            read += len(message.get("body", b""))
            if read > self._largest:
                raise HTTPException(413, f"at most {self._largest} bytes can be sent at once")
            return message

        await self._app(scope, received, send)
