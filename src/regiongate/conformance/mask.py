"""Keeps the key out of everything that is shown or written down."""

from __future__ import annotations

MASK = "(key)"
"""What stands where the key was, in our headers and where the endpoint repeats it."""


def masked(text: str, key: str) -> str:
    """A text without the key."""
    return text.replace(key, MASK)


def masked_bytes(content: bytes, key: str) -> bytes:
    """Bytes without the key."""
    return content.replace(key.encode("ascii"), MASK.encode("ascii"))
