"""The policy in force: where the measure stands, every date, and the regions by class."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from regiongate.domain.measure import Phase
from regiongate.domain.policy import Policy
from regiongate.domain.verdict import PlaceClass, Verdict
from regiongate.policyfile.diff import judge_region, regions
from regiongate.policyfile.settings import settings


@dataclass(frozen=True, slots=True)
class Date:
    """One instant at which the policy changes by itself; `local` is in the measure's time zone."""

    at: datetime
    local: str
    what: str
    past: bool


@dataclass(frozen=True, slots=True)
class Overview:
    """A policy at an instant. `regions` maps a class of places to its regions, sorted."""

    name: str
    version: str
    at: datetime
    phase: Phase
    report_only: bool
    next: Date | None
    dates: tuple[Date, ...]
    listed: int
    supported: int
    regions: dict[PlaceClass, tuple[str, ...]]
    settings: dict[str, str]


def overview(policy: Policy, at: datetime) -> Overview:
    """What a policy says at an instant, worked out."""
    dates = tuple(sorted(_dates(policy, at), key=lambda date: (date.at, date.what)))
    by_class: dict[PlaceClass, list[str]] = {}
    for region in sorted(regions(policy)):
        by_class.setdefault(judge_region(policy, region, at).place_class, []).append(region)
    return Overview(
        name=policy.name,
        version=policy.version,
        at=at,
        phase=policy.measure.phase(at),
        report_only=policy.report_only,
        next=next((date for date in dates if not date.past), None),
        dates=dates,
        listed=len(policy.supported.regions),
        supported=len(by_class.get(PlaceClass.SUPPORTED, [])),
        regions={known: tuple(codes) for known, codes in sorted(by_class.items())},
        settings=settings(policy),
    )


def _dates(policy: Policy, now: datetime) -> Iterator[Date]:
    zone = ZoneInfo(policy.measure.time_zone)
    for at, what in _events(policy):
        if at is not None:
            local = at.astimezone(zone).isoformat(timespec="seconds")
            yield Date(at, local, what, at <= now)


def _events(policy: Policy) -> Iterator[tuple[datetime | None, str]]:
    for phase, start in policy.measure.starts:
        yield start, f"{phase} begins"
    for change in policy.supported.changes:
        yield change.start, f"{change.action} {change.region} begins"
        yield change.end, f"{change.action} {change.region} ends"
    for rule in policy.networks:
        yield rule.expires, f"network {rule.network} expires"
    for feed in policy.geofeeds:
        yield feed.expires, f"geofeed {feed.file} expires"
    if policy.location.stale is not Verdict.BLOCK:
        for name, since in zip(policy.location.sources, policy.location.stale_from, strict=False):
            yield since, f"source {name} is past its maximum age"
    for exemption in policy.exemptions:
        yield exemption.expires, f"organization {exemption.organization} expires"
