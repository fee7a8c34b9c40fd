"""Who may read the metrics: whoever bears the scrape token, or this machine where there is none."""

from __future__ import annotations

import hmac
from pathlib import Path

from fastapi import Request
from fastapi.security import HTTPBearer

from regiongate.domain.errors import CannotRun
from regiongate.server.entry.client import SETTLED, client_of
from regiongate.server.entry.door import Admission, Needs
from regiongate.server.entry.guesses import require_patience, wrong_guess
from regiongate.server.house import House, house_of
from regiongate.server.problem import Refused

SHORTEST = 32
"""Characters of a token: 128 bits in hexadecimal."""

_BEARER = HTTPBearer(auto_error=False)
_FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip", SETTLED)
"""What a proxy adds: then the peer is the proxy, and says nothing of who asks."""


def read_token(path: Path) -> str:
    """The token of a file that only its user may read. Raises CannotRun for half a token."""
    try:
        if path.stat().st_mode & 0o077:
            raise CannotRun(f"{path} can be read by others: chmod 600 it, or make a new token")
        token = path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise CannotRun(f"cannot read the token of the metrics in {path}: {error}") from error
    if len(token) < SHORTEST or not token.isprintable() or " " in token:
        remedy = f"make one with: openssl rand -hex 32 > {path}"
        raise CannotRun(f"{path} must hold one token of at least {SHORTEST} characters: {remedy}")
    return token


def by_scraper(_: Needs) -> Admission:
    """Lets in whoever may read the metrics."""
    return _admitted


async def _admitted(request: Request) -> None:
    house = house_of(request)
    token = house.settings.metrics_token
    if token is None:
        _require_here(request, house)
        return
    credentials = await _BEARER(request)
    if credentials is None:
        raise _unknown("send the token of --metrics-token-file: Authorization: Bearer …")
    require_patience(request, house)
    if not hmac.compare_digest(credentials.credentials.encode(), token.encode()):
        wrong_guess(request, house)
        raise _unknown("this is not the token of --metrics-token-file")


def _require_here(request: Request, house: House) -> None:
    """Raise Refused for whoever may be elsewhere: behind TLS everybody comes from the proxy."""
    through = house.settings.is_secure or any(name in request.headers for name in _FORWARDED)
    if through or not client_of(request, house).is_loopback:
        told = "the metrics are for this machine alone: name a --metrics-token-file"
        raise Refused(403, "forbidden", told)


def _unknown(detail: str) -> Refused:
    return Refused(401, "unauthorized", detail, {"www-authenticate": "Bearer"})
