"""A text that a browser keeps for us and cannot change."""

from __future__ import annotations

import base64
import hashlib
import hmac

_PURPOSE = b"regiongate cookie 1\0"
"""What is signed begins with it, so no signature made for something else fits a cookie."""


def signed(text: str, secret: bytes) -> str:
    """The text with its HMAC-SHA256 (RFC 2104), in characters that a cookie may hold."""
    said = base64.urlsafe_b64encode(text.encode()).decode()
    return f"{said}.{_signature(said, secret)}"


def unsigned(cookie: str, secret: bytes) -> str | None:
    """The text of a cookie, None where we did not sign it."""
    said, _, signature = cookie.rpartition(".")
    if not hmac.compare_digest(signature.encode(), _signature(said, secret).encode()):
        return None
    return base64.urlsafe_b64decode(said).decode()


def _signature(said: str, secret: bytes) -> str:
    made = hmac.digest(secret, _PURPOSE + said.encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(made).decode().rstrip("=")
