"""The cookies of the console: the session, and what a login has begun."""

from __future__ import annotations

from fastapi import Request, Response

from regiongate.server.settings import Settings

_MINUTES = 60


def session_name(settings: Settings) -> str:
    """The name of the session's cookie; `__Host-` binds it to host and TLS (RFC 6265bis)."""
    return "__Host-regiongate" if settings.is_secure else "regiongate"


def pending_name(settings: Settings) -> str:
    """The name of the cookie of a login that was begun elsewhere, likewise."""
    return "__Host-regiongate-login" if settings.is_secure else "regiongate-login"


def session_of(request: Request, settings: Settings) -> str | None:
    """The secret of the session that a browser shows."""
    return request.cookies.get(session_name(settings))


def give(response: Response, settings: Settings, name: str, value: str, minutes: int) -> None:
    """Let the browser keep a cookie that no script and no other site can use."""
    response.set_cookie(
        name,
        value,
        max_age=minutes * _MINUTES,
        path="/",
        secure=settings.is_secure,
        httponly=True,
        samesite="lax",
    )


def take_back(response: Response, settings: Settings, name: str) -> None:
    """Let the browser forget a cookie."""
    response.delete_cookie(name, path="/", secure=settings.is_secure, httponly=True, samesite="lax")
