"""Every door of the server, in one table."""

from __future__ import annotations

from regiongate.server.api import appeals as api_appeals
from regiongate.server.api import audit as api_audit
from regiongate.server.api import case_decisions as api_case_decisions
from regiongate.server.api import cases as api_cases
from regiongate.server.api import corrections as api_corrections
from regiongate.server.api import exemptions as api_exemptions
from regiongate.server.api import explain as api_explain
from regiongate.server.api import notices as api_notices
from regiongate.server.api import organizations as api_organizations
from regiongate.server.api import overview as api_overview
from regiongate.server.api import people as api_people
from regiongate.server.api import policy as api_policy
from regiongate.server.api import reconcile as api_reconcile
from regiongate.server.api import sources as api_sources
from regiongate.server.api import tokens as api_tokens
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
    api_overview.door,
    api_cases.door,
    api_case_decisions.door,
    api_organizations.door,
    api_notices.door,
    api_appeals.door,
    api_exemptions.door,
    api_corrections.door,
    api_explain.door,
    api_policy.door,
    api_sources.door,
    api_reconcile.door,
    api_audit.door,
    api_people.door,
    api_tokens.door,
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
