"""Evidence in sightings: where requests came from, from how many countries, and through what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from fractions import Fraction

from regiongate.domain.audit import Json
from regiongate.domain.case_rules import CaseRules
from regiongate.domain.evidence import Evidence, EvidenceKind
from regiongate.domain.region import country_of
from regiongate.domain.sighting import Sighting

Counts = Callable[[Sighting], bool]
"""Whether a sighting may be held against an organization."""


def traffic(seen: Iterable[Sighting], counts: Counts, rules: CaseRules) -> Evidence | None:
    """The share of the requests that came from unsupported regions."""
    known = list(seen)
    there = [one for one in known if one.unsupported and counts(one)]
    requests = sum(one.requests for one in known)
    count = sum(one.unsupported for one in there)
    if not there or Fraction(count, requests) < rules.traffic_share:
        return None
    return _evidence(
        EvidenceKind.TRAFFIC,
        there,
        requests=requests,
        unsupported=count,
        regions=_texts(one.region for one in there),
        days=len({one.day for one in there}),
    )


def many_countries(seen: Iterable[Sighting], counts: Counts, rules: CaseRules) -> Evidence | None:
    """The days on which one key was used in more countries than a person is in."""
    days: dict[tuple[object, ...], list[Sighting]] = defaultdict(list)
    for one in seen:
        if one.key is not None and one.region is not None and counts(one):
            days[one.key, one.day].append(one)
    wide = [some for some in days.values() if len(_countries(some)) >= rules.many_countries]
    if not wide:
        return None
    there = [one for some in wide for one in some]
    return _evidence(
        EvidenceKind.MANY_COUNTRIES,
        there,
        most=max(len(_countries(some)) for some in wide),
        keys=len({one.key for one in there}),
        days=len({one.day for one in there}),
        countries=_texts(_countries(there)),
    )


def anonymizers(seen: Iterable[Sighting], counts: Counts, rules: CaseRules) -> Evidence | None:
    """The share of the requests that came through networks that serve to hide a client."""
    known = list(seen)
    there = [one for one in known if one.anonymized and counts(one)]
    requests = sum(one.requests for one in known)
    count = sum(one.anonymized for one in there)
    if not there or Fraction(count, requests) < rules.anonymizer_share:
        return None
    days = len({one.day for one in there})
    kind = EvidenceKind.ANONYMIZERS
    return _evidence(kind, there, requests=requests, anonymized=count, days=days)


def _countries(seen: Iterable[Sighting]) -> set[str]:
    return {country_of(one.region) for one in seen if one.region is not None}


def _texts(values: Iterable[str | None]) -> list[Json]:
    return [*sorted({value for value in values if value is not None})]


def _evidence(kind: EvidenceKind, there: list[Sighting], **detail: Json) -> Evidence:
    first, last = min(one.first for one in there), max(one.last for one in there)
    return Evidence(kind, first, last, detail)
