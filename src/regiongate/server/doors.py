"""Every door of the server, in one table."""

from __future__ import annotations

from regiongate.server.api import cases as api_cases
from regiongate.server.console import (
    appeals,
    audit,
    case_list,
    cases,
    exemptions,
    explain,
    login,
    login_oidc,
    notices,
    overview,
    plan,
    policy,
    sources,
)
from regiongate.server.entry.door import Door
from regiongate.server.observe import health, metrics
from regiongate.server.pages import palette
from regiongate.server.public import alternatives, appeal, lost, measure, see, static

ALL: tuple[Door, ...] = (
    health.door,
    metrics.door,
    palette.door,
    api_cases.door,
    static.door,
    see.door,
    measure.door,
    appeal.door,
    alternatives.door,
    lost.door,
    login.door,
    login_oidc.door,
    overview.door,
    case_list.door,
    cases.door,
    plan.door,
    notices.door,
    appeals.door,
    exemptions.door,
    explain.door,
    policy.door,
    sources.door,
    audit.door,
)
"""Health first; then the API, the public pages, and the console."""
