"""How old the sources of a bundle are at an instant, and which of them are too old."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from regiongate.domain.source import Age
from regiongate.geo.store.catalogue import Catalogue


def aged(facts: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    """What a bundle records of a source, with `age_days` and `stale` at an instant."""
    age = _age(facts)
    return {**facts, "age_days": age.days(at), "stale": age.is_stale(at)}


def alarms(sources: Iterable[Mapping[str, Any]], at: datetime, catalogue: Catalogue) -> list[str]:
    """A sentence for each source of a bundle that is stale: how old it is, and what to do here."""
    return [
        f"{alarm(facts, at)}: {remedy(str(facts['name']), catalogue)}, then publish"
        for facts in sources
        if _age(facts).is_stale(at)
    ]


def alarm(facts: Mapping[str, Any], at: datetime) -> str:
    """That a source is stale, how old it is and since when."""
    age = _age(facts)
    said = f"the source {facts['name']} is {age.days(at)} days old"
    return f"{said}, stale since {age.stale_from:%Y-%m-%d}"


def recorded(manifest: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """All that a bundle records of sources: those of regions, then those of facts."""
    return [*manifest["sources"], *manifest["facts"]]


def remedy(name: str, catalogue: Catalogue) -> str:
    """What to do about a source that is stale."""
    if catalogue.stored(name) is not None:
        return f"regiongate geo update {name}"
    if name in catalogue.names():
        return f"upgrade regiongate, or regiongate geo add {name} --replace-bundled"
    return f"regiongate geo add {name}"


def _age(facts: Mapping[str, Any]) -> Age:
    return Age(date.fromisoformat(str(facts["date"])), int(facts["maximum_age"]))
