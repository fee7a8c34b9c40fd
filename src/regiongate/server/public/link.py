"""The token of a notice's link, and how often somebody may be wrong about one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from fastapi import Request

from regiongate.control.links.token import BadLink
from regiongate.server.entry.guesses import require_patience, wrong_guess
from regiongate.server.house import House

L = TypeVar("L")


def opened_link(
    request: Request, house: House, token: str, read: Callable[[str, bytes, datetime], L]
) -> L:
    """What a token says to `read`. Raises BadLink, and Refused after too many that are not ours."""
    require_patience(request, house)
    try:
        return read(token, house.secret, house.clock())
    except BadLink as wrong:
        if wrong.ended is None:
            wrong_guess(request, house)
        raise
