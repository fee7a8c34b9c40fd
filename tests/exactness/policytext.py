"""A policy written down as its file, geofeeds and list, for the reader to read back."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from regiongate.domain.network_rule import NetworkRule
from regiongate.domain.policy import Policy
from regiongate.domain.supported_list import ListChange


def policy_text(policy: Policy) -> bytes:
    """The policy file."""
    zone = ZoneInfo(policy.measure.time_zone)
    rules = policy.location
    location: dict[str, Any] = {
        "sources": list(rules.sources),
        "agree": rules.agree,
        "subdivisions": rules.subdivisions,
        "unknown": rules.unknown.value,
        "private": rules.private.value,
        "special": rules.special.value,
        "disputed": rules.disputed.value,
        "stale": rules.stale.value,
        "facts": list(rules.facts) or None,
        "anonymizers": {kind: word.value for kind, word in rules.anonymizers.items()} or None,
    }
    content = {
        "format": "regiongate/1",
        "name": policy.name,
        "version": policy.version,
        "contact": policy.contact,
        "supported": _supported(policy, zone),
        "measure": {
            "time_zone": policy.measure.time_zone,
            **{phase.value: written(at, zone) for phase, at in policy.measure.starts},
        },
        "location": {key: value for key, value in location.items() if value is not None},
        "networks": [_network(rule, zone) for rule in policy.networks],
        "geofeeds": [_vouched(feed, zone) | {"file": feed.file} for feed in policy.geofeeds],
        "organizations": [
            _vouched(exemption, zone) | {"organization": exemption.organization}
            for exemption in policy.exemptions
        ],
        "hand_over": _hand_over(policy, zone),
        "open_paths": list(policy.open_paths),
        "refusal": {"dialect": policy.refusal.dialect.value, "appeal": policy.refusal.appeal},
        "report_only": policy.report_only,
    }
    said = {key: value for key, value in content.items() if value not in ([], {})}
    return yaml.safe_dump(said, sort_keys=False).encode()


def list_text(regions: Iterable[str]) -> bytes:
    """A supported list."""
    return "".join(f"{line}\n" for line in ["region", *sorted(regions)]).encode()


def feed_text(rows: Iterable[NetworkRule]) -> bytes:
    """A geofeed. Its rows are read in either case, and an address stands for itself."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    for row in rows:
        alone = row.network.num_addresses == 1
        network = str(row.network.network_address if alone else row.network)
        region = row.region or ""
        table.writerow([network, region[:2].lower(), region if "-" in region else "", "", ""])
    return text.getvalue().encode()


def written(at: datetime | None, zone: ZoneInfo) -> str:
    """An instant in one of the ways in which a file may have it."""
    if at is None:
        return "never"
    local = at.astimezone(zone)
    twice = local.replace(fold=1 - local.fold).utcoffset() != local.utcoffset()
    if twice or at.day % 3 == 0:
        return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if at.day % 3 == 1:
        return local.isoformat() if local.utcoffset() else at.isoformat()
    midnight = (local.hour, local.minute, local.second) == (0, 0, 0)
    return local.date().isoformat() if midnight else local.replace(tzinfo=None).isoformat()


def _supported(policy: Policy, zone: ZoneInfo) -> dict[str, Any]:
    listed = policy.supported
    found: dict[str, Any] = {"territories": listed.territories.value}
    found["file" if listed.name.endswith(".csv") else "list"] = listed.name
    for change in listed.changes:
        found.setdefault(change.action, []).append(_change(change, zone))
    return found


def _change(change: ListChange, zone: ZoneInfo) -> dict[str, str]:
    found = {"region": change.region, "reason": change.reason}
    if change.start is not None:
        found["from"] = written(change.start, zone)
    if change.end is not None:
        found["until"] = written(change.end, zone)
    return found


def _hand_over(policy: Policy, zone: ZoneInfo) -> dict[str, Any]:
    if not policy.providers:
        return {}
    return {
        "providers": [
            {"name": one.name, "regions": sorted(one.regions)} for one in policy.providers
        ],
        "organizations": [
            _vouched(one, zone) | {"organization": one.organization, "provider": one.provider}
            for one in policy.agreements
        ],
    }


def _network(rule: NetworkRule, zone: ZoneInfo) -> dict[str, str]:
    said = {"region": rule.region, "verdict": rule.verdict, "anonymizer": rule.anonymizer}
    found = {"network": str(rule.network), **_vouched(rule, zone)}
    return found | {key: str(value) for key, value in said.items() if value is not None}


def _vouched(entry: Any, zone: ZoneInfo) -> dict[str, str]:
    expires = written(entry.expires, zone)
    return {"reason": entry.reason, "approver": entry.approver, "expires": expires}
