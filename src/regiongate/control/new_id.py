"""Ids that two never make at the same time, short enough to be said on the telephone."""

from __future__ import annotations

import base64
import secrets

_BYTES = 5


def new_id(letter: str) -> str:
    """A new id that begins with a letter, such as `a-k3f7q2mx`."""
    return f"{letter}-{base64.b32encode(secrets.token_bytes(_BYTES)).decode().lower()}"
