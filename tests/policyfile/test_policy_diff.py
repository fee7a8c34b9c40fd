"""What a new policy changes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from regiongate.domain.verdict import Verdict
from regiongate.policyfile import load
from regiongate.policyfile.diff import RegionChange, SettingChange, difference, regions

WritePolicy = Callable[..., Path]
BLOCKING = datetime(2024, 7, 10, tzinfo=UTC)
OBSERVING = datetime(2024, 6, 10, tzinfo=UTC)
TERRITORIES = "  territories: follow-state\n"


def test_a_policy_does_not_differ_from_itself(write_policy: WritePolicy) -> None:
    """Two equal policies have no difference."""
    policy = load(write_policy())
    assert difference(policy, policy, BLOCKING) == difference(policy, policy, OBSERVING)
    assert difference(policy, policy, BLOCKING).regions == ()
    assert difference(policy, policy, BLOCKING).settings == ()


def test_regions_and_parts_that_change_are_named(write_policy: WritePolicy) -> None:
    """An added country and an excepted part change their verdict, each with the new rule."""
    old = load(write_policy())
    changes = (
        "  add: [{region: VE, reason: Opens.}]\n  except: [{region: UA-43, reason: Crimea.}]\n"
    )
    new = load(write_policy((TERRITORIES, TERRITORIES + changes)))
    assert difference(old, new, BLOCKING).regions == (
        RegionChange(
            "UA-43", "Avtonomna Respublika Krym", Verdict.ALLOW, Verdict.BLOCK, "except:UA-43"
        ),
        RegionChange("VE", "Venezuela", Verdict.BLOCK, Verdict.ALLOW, "add:VE"),
    )
    assert difference(old, new, OBSERVING).regions == ()


def test_territories_follow_or_do_not(write_policy: WritePolicy) -> None:
    """Where territories must be named, those that the list does not name change."""
    old = load(write_policy())
    new = load(write_policy(("follow-state", "must-be-named")))
    found = difference(old, new, BLOCKING)
    changed = {change.region for change in found.regions}
    assert {"GG", "PR", "GP"} <= changed
    assert changed.isdisjoint({"HK", "FR", "US"})
    assert found.settings == (
        SettingChange("supported.territories", "follow-state", "must-be-named"),
    )


def test_every_other_setting_is_compared(write_policy: WritePolicy) -> None:
    """Dates, treatments, overrides and exemptions that change are named with both values."""
    old = load(write_policy())
    new = load(
        write_policy(
            ("block: 2024-07-09", "block: 2024-07-16"),
            ("unknown: block", "unknown: warn"),
            add="""\
networks:
  - {network: 192.0.2.0/24, region: FR, reason: Why., approver: me, expires: 2025-01-01}
organizations:
  - {organization: org-1, reason: Why., approver: me, expires: never}
""",
        )
    )
    assert difference(old, new, OBSERVING).settings == (
        SettingChange("measure.block", "2024-07-09T07:00:00Z", "2024-07-16T07:00:00Z"),
        SettingChange("location.unknown", "block", "warn"),
        SettingChange("networks[192.0.2.0/24]", None, "FR, expires 2025-01-01T08:00:00Z"),
        SettingChange("organizations[org-1]", None, "never expires"),
    )


def test_every_country_is_compared(write_policy: WritePolicy) -> None:
    """All of ISO 3166-1 and Kosovo, and nothing else where no part is named."""
    assert len(regions(load(write_policy()))) == 250
