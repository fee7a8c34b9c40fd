"""Policies and organization tables as tests need them: right as they stand, one fact changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import yaml

LONG_AGO = datetime(2024, 7, 9, tzinfo=UTC)
FAR_AHEAD = datetime(2099, 1, 1, tzinfo=UTC)

APPEAL = "https://example.com/appeal"
DEMANDED_BY = "https://authority.example/order/1"

CASES: dict[str, Any] = {
    "api": "Example API",
    "site": "https://access.example.com",
    "look_back": "90d",
    "reminders": ["7d"],
    "exemption_ahead": "14d",
    "appeal_within": "14d",
    "keep": "365d",
    "evidence": {
        "over": "14d",
        "traffic": "50%",
        "countries": 3,
        "anonymizers": "50%",
        "owned": "50%",
    },
}
"""Rules for cases: the section `cases` of a policy."""


def policy_text(
    *,
    name: str = "example-api",
    version: str = "1",
    starts: Mapping[str, datetime] | None = None,
    refusal: Mapping[str, Any] | None = None,
    location: Mapping[str, Any] | None = None,
    supported: Mapping[str, Any] | None = None,
    **sections: Any,
) -> str:
    """A policy file that blocks since long ago, with whole sections added or parts replaced.

    `starts` maps a phase to its date; `sections` are further keys of the file as it has them.
    """
    dates = {phase: stamp(at) for phase, at in (starts or {"block": LONG_AGO}).items()}
    content = {
        "format": "regiongate/1",
        "name": name,
        "version": version,
        "contact": "mailto:access@example.com",
        "supported": {
            "list": "openai-2024-08",
            "territories": "follow-state",
            **(supported or {}),
        },
        "measure": {"time_zone": "UTC", **dates},
        "location": {
            "sources": ["iptoasn", "geo-whois", "ipfire"],
            "agree": 2,
            "unknown": "block",
            "private": "allow",
            "special": "block",
            "disputed": "warn",
            "stale": "block",
            **(location or {}),
        },
        "refusal": {"dialect": "openai", "appeal": APPEAL, **(refusal or {})},
        **sections,
    }
    return yaml.safe_dump(content, sort_keys=False)


def blocked_by_law(dialect: str) -> dict[str, Any]:
    """The refusal section of a policy that answers 451."""
    return {"dialect": dialect, "status": 451, "blocked_by": DEMANDED_BY}


def exempt(organization: str, expires: datetime | None = None) -> dict[str, str]:
    """An entry of a policy's `organizations`."""
    return {
        "organization": organization,
        "reason": "A newsroom.",
        "approver": "board@example.com",
        "expires": "never" if expires is None else stamp(expires),
    }


def network(of: str, **said: str) -> dict[str, str]:
    """An entry of a policy's `networks` that says one thing of a network, for good."""
    return {
        "network": of,
        **said,
        "reason": "A test.",
        "approver": "board@example.com",
        "expires": "never",
    }


def organizations_csv(rows: Iterable[Sequence[str]]) -> str:
    """The organizations file of (organization, state, until, key) rows, each key digested."""
    lines = ["organization,state,until,key_sha256"]
    for organization, state, until, key in rows:
        digest = sha256(key.encode()).hexdigest() if key else ""
        lines.append(f"{organization},{state},{until},{digest}")
    return "\n".join(lines) + "\n"


def stamp(at: datetime) -> str:
    """An instant as policy and organizations files write it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
