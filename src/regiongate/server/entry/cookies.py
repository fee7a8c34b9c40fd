"""The cookies of the console: the session, and what a login has begun."""

from __future__ import annotations

from urllib.parse import urlsplit

from fastapi import Request, Response

from regiongate.server.settings import Settings

_MINUTES = 60


def session_name(settings: Settings) -> str:
    """The name of the session's cookie; `__Host-` binds it to host and TLS (RFC 6265bis)."""
    return _named("regiongate", settings)


def pending_name(settings: Settings) -> str:
    """The name of the cookie of a login that was begun elsewhere, likewise."""
    return _named("regiongate-login", settings)


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


def _named(name: str, settings: Settings) -> str:
    """Ports of a host share their cookies (RFC 6265, section 8.5), so each has a name of its own.

    Else two consoles on one machine would log each other's people out.
    """
    port = urlsplit(settings.url).port
    prefix = "__Host-" if settings.is_secure else ""
    return f"{prefix}{name}" if port is None else f"{prefix}{name}-{port}"
