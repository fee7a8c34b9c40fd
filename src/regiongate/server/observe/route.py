"""Which route a request was for, as its template: never a path with somebody's name in it."""

from __future__ import annotations

from typing import Any

NONE = "none"
"""What leads nowhere is one route, or a scanner would make a new one of every path it tries."""

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def route_of(scope: Any) -> str:
    """The template of the route that an ASGI scope was led to, known once it was answered."""
    route = scope.get("route")
    if route is not None:
        return str(route.path)
    if "endpoint" in scope:
        # A mounted application, and the OpenAPI document.
        return str(scope.get("root_path") or scope["path"])
    return NONE


def method_of(scope: Any) -> str:
    """The method, where HTTP knows it."""
    method = str(scope["method"])
    return method if method in _METHODS else "other"
