"""A policy as flat lines of key and value, for reading and for comparing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from regiongate.domain.case_rules import CaseRules
from regiongate.domain.instant import instant_text
from regiongate.domain.network_rule import NetworkRule
from regiongate.domain.policy import Policy
from regiongate.domain.supported_list import ListChange
from regiongate.policyfile import span


def settings(policy: Policy) -> dict[str, str]:
    """Everything a policy says except its tests, keyed as in the file."""
    return {key: str(value) for key, value in _lines(policy) if value}


def _lines(policy: Policy) -> Iterator[tuple[str, str]]:
    yield "name", policy.name
    yield "version", policy.version
    yield "contact", policy.contact
    yield "supported.list", f"{policy.supported.name} ({policy.supported.version})"
    yield "supported.territories", policy.supported.territories
    for change in sorted(policy.supported.changes, key=lambda c: (c.action, c.region)):
        yield _change_key(change), _change(change)
    yield "measure.time_zone", policy.measure.time_zone
    for phase, start in policy.measure.starts:
        yield f"measure.{phase}", instant_text(start)
    yield from _location(policy)
    for rule in sorted(policy.networks, key=lambda rule: str(rule.network)):
        yield f"networks[{rule.network}]", _network(rule)
    for feed in sorted(policy.geofeeds, key=lambda feed: feed.file):
        rows = f"{len(feed.rules)} row{'' if len(feed.rules) == 1 else 's'}"
        said = f"{rows} ({feed.digest[:12]}), {_until(feed.expires)}"
        yield f"geofeeds[{feed.file}]", said
    for exemption in sorted(policy.exemptions, key=lambda exemption: exemption.organization):
        yield f"organizations[{exemption.organization}]", _until(exemption.expires)
    for provider in sorted(policy.providers, key=lambda provider: provider.name):
        yield f"hand_over.providers[{provider.name}]", " ".join(sorted(provider.regions))
    for agreed in sorted(policy.agreements, key=lambda agreed: agreed.organization):
        key = f"hand_over.organizations[{agreed.organization}]"
        yield key, f"{agreed.provider}, {_until(agreed.expires)}"
    yield "open_paths", " ".join(policy.open_paths)
    yield "refusal.dialect", policy.refusal.dialect
    yield "refusal.status", str(policy.refusal.status)
    yield "refusal.appeal", policy.refusal.appeal
    yield "refusal.blocked_by", policy.refusal.blocked_by or ""
    yield "report_only", str(policy.report_only).lower()
    if policy.cases is not None:
        yield from _cases(policy.cases)


def _location(policy: Policy) -> Iterator[tuple[str, str]]:
    rules = policy.location
    yield "location.sources", " ".join(rules.sources)
    yield "location.agree", str(rules.agree)
    yield "location.subdivisions", rules.subdivisions or ""
    yield "location.unknown", rules.unknown
    yield "location.private", rules.private
    yield "location.special", rules.special
    yield "location.disputed", rules.disputed
    yield "location.stale", rules.stale
    yield "location.facts", " ".join(rules.facts)
    for kind, verdict in sorted(rules.anonymizers.items()):
        yield f"location.anonymizers.{kind}", verdict


def _cases(rules: CaseRules) -> Iterator[tuple[str, str]]:
    yield "cases.api", rules.api
    yield "cases.site", rules.site
    yield "cases.look_back", span.written(rules.look_back)
    yield "cases.reminders", " ".join(map(span.written, rules.reminders))
    yield "cases.exemption_ahead", span.written(rules.exemption_ahead)
    yield "cases.appeal_within", span.written(rules.appeal_within)
    yield "cases.keep", span.written(rules.keep)
    if rules.export_until is not None:
        yield "cases.export_until", instant_text(rules.export_until)
    yield "cases.evidence.over", span.written(rules.evidence_over)
    yield "cases.evidence.traffic", span.per_cent(rules.traffic_share)
    yield "cases.evidence.countries", str(rules.many_countries)
    yield "cases.evidence.anonymizers", span.per_cent(rules.anonymizer_share)
    yield "cases.evidence.owned", span.per_cent(rules.owned_share)


def _change_key(change: ListChange) -> str:
    since = "" if change.start is None else f" from {instant_text(change.start)}"
    return f"supported.{change.action}[{change.region}{since}]"


def _change(change: ListChange) -> str:
    basis = "" if change.basis is None else f" ({change.basis})"
    until = "" if change.end is None else f" until {instant_text(change.end)}"
    return f"{change.reason}{basis}{until}"


def _network(rule: NetworkRule) -> str:
    said = rule.region or rule.verdict or rule.anonymizer
    return f"{said}, {_until(rule.expires)}"


def _until(expires: datetime | None) -> str:
    return "never expires" if expires is None else f"expires {instant_text(expires)}"
