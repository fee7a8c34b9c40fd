"""What a new policy changes: verdicts by region at an instant, and every other setting."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from regiongate.domain.judge import judge
from regiongate.domain.organization import ORDINARY
from regiongate.domain.place import Place
from regiongate.domain.policy import Policy
from regiongate.domain.region import is_subdivision
from regiongate.domain.verdict import Decision, Verdict
from regiongate.policyfile import iso
from regiongate.policyfile.settings import settings


@dataclass(frozen=True, slots=True)
class RegionChange:
    """A region whose verdict changes; `rule` is the new policy's rule for it."""

    region: str
    name: str
    before: Verdict
    after: Verdict
    rule: str


@dataclass(frozen=True, slots=True)
class SettingChange:
    """A line of the policy that changes; None where one of the two does not have it."""

    key: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Difference:
    """Everything in which two policies differ at an instant."""

    regions: tuple[RegionChange, ...]
    settings: tuple[SettingChange, ...]


def difference(before: Policy, after: Policy, at: datetime) -> Difference:
    """The difference of two policies. Regions are judged as if all sources named them."""
    named = sorted(regions(before) | regions(after))
    changes = (_region_change(region, before, after, at) for region in named)
    return Difference(
        regions=tuple(change for change in changes if change is not None),
        settings=tuple(_setting_changes(before, after)),
    )


def regions(policy: Policy) -> set[str]:
    """Every country, and every part of one that a policy names."""
    parts = {change.region for change in policy.supported.changes}
    parts |= policy.supported.regions
    parts |= {rule.region for rule in policy.network_rules() if rule.region is not None}
    parts |= {test.region for test in policy.tests if test.region is not None}
    parts |= {region for test in policy.tests for _, region in test.votes}
    return set(iso.countries()) | {part for part in parts if is_subdivision(part)}


def judge_region(policy: Policy, region: str, at: datetime) -> Decision:
    """What an ordinary organization gets in a region about which all sources agree."""
    return judge(policy, Place(votes=(region,) * len(policy.location.sources)), ORDINARY, at)


def _region_change(region: str, before: Policy, after: Policy, at: datetime) -> RegionChange | None:
    old, new = judge_region(before, region, at), judge_region(after, region, at)
    if old.verdict is new.verdict:
        return None
    return RegionChange(region, iso.name_of(region) or region, old.verdict, new.verdict, new.rule)


def _setting_changes(before: Policy, after: Policy) -> Iterator[SettingChange]:
    old, new = settings(before), settings(after)
    for key in dict.fromkeys((*old, *new)):
        if old.get(key) != new.get(key):
            yield SettingChange(key, old.get(key), new.get(key))
