"""Every door of the server, in one table."""

from __future__ import annotations

from regiongate.server.api import agreement as api_agreement
from regiongate.server.api import appeals as api_appeals
from regiongate.server.api import audit as api_audit
from regiongate.server.api import case_decisions as api_case_decisions
from regiongate.server.api import cases as api_cases
from regiongate.server.api import corrections as api_corrections
from regiongate.server.api import exemptions as api_exemptions
from regiongate.server.api import explain as api_explain
from regiongate.server.api import incentive as api_incentive
from regiongate.server.api import incentive_ledger as api_incentive_ledger
from regiongate.server.api import notice_bounces as api_notice_bounces
from regiongate.server.api import notice_composing as api_notice_composing
from regiongate.server.api import notice_sending as api_notice_sending
from regiongate.server.api import notices as api_notices
from regiongate.server.api import offers as api_offers
from regiongate.server.api import organizations as api_organizations
from regiongate.server.api import overview as api_overview
from regiongate.server.api import people as api_people
from regiongate.server.api import policy as api_policy
from regiongate.server.api import reconcile as api_reconcile
from regiongate.server.api import source_changes as api_source_changes
from regiongate.server.api import sources as api_sources
from regiongate.server.api import switch_plan as api_switch_plan
from regiongate.server.api import tokens as api_tokens
from regiongate.server.console import (
    appeals,
    audit,
    case_list,
    cases,
    exemptions,
    explain,
    incentives,
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
from regiongate.server.public import alternatives, appeal, lost, measure, see, static, switch

ALL: tuple[Door, ...] = (
    health.door,
    metrics.door,
    palette.door,
    api_overview.door,
    api_cases.door,
    api_case_decisions.door,
    api_organizations.door,
    api_switch_plan.door,
    api_offers.door,
    api_incentive.door,
    api_incentive_ledger.door,
    # Before the notices, one of which its address would name.
    api_notice_composing.door,
    api_notice_sending.door,
    api_notice_bounces.door,
    api_notices.door,
    api_appeals.door,
    api_exemptions.door,
    api_corrections.door,
    api_explain.door,
    api_policy.door,
    api_agreement.door,
    api_sources.door,
    api_source_changes.door,
    api_reconcile.door,
    api_audit.door,
    api_people.door,
    api_tokens.door,
    static.door,
    see.door,
    measure.door,
    appeal.door,
    alternatives.door,
    switch.door,
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
    incentives.door,
    explain.door,
    policy.door,
    sources.door,
    audit.door,
)
"""Health first; then the API, the public pages, and the console."""
