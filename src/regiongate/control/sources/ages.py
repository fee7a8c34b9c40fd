"""How old the sources of a bundle are at an instant, and which of them are too old."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from regiongate.domain.policy import Policy
from regiongate.domain.source import Age
from regiongate.domain.verdict import Verdict
from regiongate.geo.store.catalogue import Catalogue


def aged(entry: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    """What a bundle records of a source, with `age_days` and `stale` at an instant."""
    age = _age(entry)
    return {**entry, "age_days": age.days(at), "stale": age.is_stale(at)}


def alarms(sources: Iterable[Mapping[str, Any]], at: datetime, catalogue: Catalogue) -> list[str]:
    """A sentence for each source of a bundle that is stale: how old it is, and what to do here."""
    return [
        f"{alarm(entry, at)}: {remedy(str(entry['name']), catalogue)}, then publish"
        for entry in sources
        if _age(entry).is_stale(at)
    ]


def alarm(entry: Mapping[str, Any], at: datetime) -> str:
    """That a source is stale, how old it is and since when."""
    age = _age(entry)
    said = f"the source {entry['name']} is {age.days(at)} days old"
    return f"{said}, stale since {age.stale_from:%Y-%m-%d}"


def softened(policy: Policy, at: datetime) -> str | None:
    """What a policy, dated by its sources, no longer does at an instant for their age."""
    rules = policy.location
    old = ", ".join(rules.sources[row] for row in sorted(rules.too_old(at)))
    if not old or rules.stale is Verdict.BLOCK:
        return None
    rest = f"places that rest on {old}, and on fewer than {rules.agree} sources within their age,"
    return f"{rest} get at most {rules.stale} today: that is what `location.stale` says"


def recorded(manifest: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """All that a bundle records of sources: those of regions, then those of facts."""
    return [*manifest["sources"], *manifest["facts"]]


def remedy(name: str, catalogue: Catalogue) -> str:
    """What to do about a source that is stale."""
    stored = catalogue.stored(name)
    if stored is not None:
        uploaded = " --file FILE, or upload it" if stored.recipe.is_uploaded else ""
        return f"regiongate geo update {name}{uploaded}"
    if name in catalogue.names():
        return f"upgrade regiongate, or regiongate geo add {name} --replace-bundled"
    return f"regiongate geo add {name}"


def _age(entry: Mapping[str, Any]) -> Age:
    return Age(date.fromisoformat(str(entry["date"])), int(entry["maximum_age"]))
