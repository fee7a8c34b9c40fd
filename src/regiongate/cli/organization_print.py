"""One organization on a terminal and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from regiongate.cli import output
from regiongate.domain.profile import Profile
from regiongate.store.organizations import KnownContact


def record(profile: Profile, contacts: Sequence[KnownContact]) -> dict[str, Any]:
    """A profile in the form of a line of a book, with what became of its contacts."""
    return {
        "organization": profile.id,
        "name": profile.name,
        "plan": profile.plan,
        "contacts": [_contact(one) for one in contacts],
        "keys": [{"sha256": key.digest.hex(), "prefix": key.prefix} for key in profile.keys],
        "facts": [
            {
                "kind": fact.kind,
                "country": fact.country,
                "since": fact.since,
                "until": fact.until,
                "source": fact.source,
                "stated": fact.stated,
            }
            for fact in profile.facts
        ],
        "holdings": [
            {
                "owned": one.owned,
                "owner": one.owner,
                "share": float(one.share),
                "source": one.source,
                "stated": one.stated,
            }
            for one in profile.holdings
        ],
        "owners": [
            {"id": one.id, "name": one.name, "country": one.country} for one in profile.owners
        ],
    }


def print_organization(profile: Profile, contacts: Sequence[KnownContact]) -> None:
    """Print a profile: what is said of it, by whom, and of which day."""
    plan = "" if profile.plan is None else f", plan {profile.plan}"
    click.echo(f"{profile.id}: {profile.name}{plan}")
    parts = record(profile, contacts)
    for part in ("contacts", "keys", "facts", "holdings", "owners"):
        output.print_records(part, parts[part])


def _contact(known: KnownContact) -> dict[str, Any]:
    return {
        "address": known.contact.address,
        "language": known.contact.language,
        "verified": known.verified,
        "bad_since": known.bad_since,
        "bad_reason": known.bad_reason,
    }
