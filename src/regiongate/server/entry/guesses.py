"""Whoever guesses secrets must wait: so many wrong ones are allowed for one network."""

from __future__ import annotations

import time

from fastapi import Request

from regiongate.server.entry.client import client_of
from regiongate.server.house import House
from regiongate.server.problem import Refused

WRONG_SECRET = "wrong_secret"  # noqa: S105 - the name of a fact
"""What the state of a request says when it brought one; whoever counts them reads it there."""


def require_patience(request: Request, house: House) -> None:
    """Raise Refused for a network from which too many wrong secrets came."""
    wait = house.limiter.wait("guess", client_of(request, house), time.monotonic())
    if wait is not None:
        raise too_many(wait)


def require_pace(request: Request, house: House, purpose: str) -> None:
    """Take one of the requests of a purpose (`limit.LIMITS`); raise Refused where none is left."""
    wait = house.limiter.take(purpose, client_of(request, house), time.monotonic())
    if wait is not None:
        raise too_many(wait)


def wrong_guess(request: Request, house: House) -> None:
    """Note a wrong secret."""
    setattr(request.state, WRONG_SECRET, True)
    house.limiter.take("guess", client_of(request, house), time.monotonic())


def too_many(wait: float) -> Refused:
    """The refusal that says for how many seconds to wait (RFC 9110, 10.2.3)."""
    seconds = max(1, round(wait))
    told = f"too many requests from your network: try again in {seconds} seconds"
    return Refused(429, "too-many", told, {"retry-after": str(seconds)})
