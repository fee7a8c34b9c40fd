"""No request is larger than what a page or an endpoint could use, and none comes for ever."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, MutableMapping
from types import MappingProxyType
from typing import Any

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException

LARGEST = 24 * 1024 * 1024
"""Bytes of a body: an appeal with its evidence, or a book of organizations."""

OF_ANYBODY: Mapping[str, int] = MappingProxyType({"/console/login": 16 * 1024})
"""Bytes of a body that is read before it is known who sends it, by its path."""

PATIENCE = 30.0
"""Seconds within which the next piece of a body must come."""

LONGEST = 600.0
"""Seconds within which all of it must have come: 24 MiB by a line of 350 kbit/s."""


class SizeLimit:
    """ASGI middleware that stops reading a body that is too large or comes too slowly.

    By the length that it says at once, and else by what came: 413, and 408 for the slow (RFC 9110,
    sections 15.5.14 and 15.5.9).
    """

    def __init__(
        self, app: Any, largest: int = LARGEST, patience: float = PATIENCE, longest: float = LONGEST
    ) -> None:
        self._app = app
        self._largest, self._patience, self._longest = largest, patience, longest

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        largest = OF_ANYBODY.get(scope["path"], self._largest)
        said = Headers(scope=scope).get("content-length", "")
        size, more, ends = int(said) if said.isdecimal() else 0, True, 0.0
        read = 0

        async def received() -> MutableMapping[str, Any]:
            nonlocal read, more, ends
            if not more:  # Whoever asks now waits for the end of the connection.
                ended: MutableMapping[str, Any] = await receive()
                return ended
            _require_room(size, largest)
            now = asyncio.get_running_loop().time()
            ends = ends or now + self._longest
            message = await _piece(receive, min(now + self._patience, ends))
            more = bool(message.get("more_body", False))
            read += len(message.get("body", b""))
            _require_room(read, largest)
            return message

        await self._app(scope, received, send)


def _require_room(size: int, largest: int) -> None:
    if size > largest:
        raise HTTPException(413, f"at most {largest} bytes can be sent at once")


async def _piece(receive: Any, until: float) -> MutableMapping[str, Any]:
    """The next piece of a body, if it comes until an instant of the loop's clock."""
    try:
        async with asyncio.timeout_at(until):
            message: MutableMapping[str, Any] = await receive()
            return message
    except TimeoutError as error:
        raise HTTPException(408, "what you send comes too slowly: send it again") from error
