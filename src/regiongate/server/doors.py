"""Every door of the server, in one table."""

from __future__ import annotations

from regiongate.server.api import cases as api_cases
from regiongate.server.console import cases, login, login_oidc, policy
from regiongate.server.entry.door import Door
from regiongate.server.observe import health
from regiongate.server.pages import palette

ALL: tuple[Door, ...] = (
    health.door,
    palette.door,
    api_cases.door,
    login.door,
    login_oidc.door,
    cases.door,
    policy.door,
)
"""Health first; then the API, the public pages, and the console."""
