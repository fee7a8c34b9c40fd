"""What a browser is told not to do with our pages."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from starlette.datastructures import MutableHeaders

_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
"""Nothing inline and nothing from elsewhere, so that text that became markup could do nothing."""

HEADERS = {
    "content-security-policy": _POLICY,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    # Links carry tokens: no other site learns from which page somebody came. `no-referrer` would
    # make browsers say `Origin: null` of our own forms, which nobody could tell from another's.
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}

_FOREVER = "max-age=31536000; includeSubDomains"


def always(secure: bool) -> dict[str, str]:
    """What every answer says that says nothing else; `secure` servers say HTTPS only (RFC 6797).

    What is not said to be kept is not kept: pages show personal data.
    """
    said = HEADERS | {"cache-control": "no-store"}
    return said | {"strict-transport-security": _FOREVER} if secure else said


class SecurityHeaders:
    """ASGI middleware that adds them to every answer, where it does not say otherwise."""

    def __init__(self, app: Any, secure: bool) -> None:
        self._app = app
        self._said = always(secure)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def sent(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._said.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, sent)
