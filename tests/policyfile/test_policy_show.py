"""The policy in force at an instant."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from regiongate.domain.measure import Phase
from regiongate.domain.verdict import PlaceClass
from regiongate.policyfile import load
from regiongate.policyfile.show import overview

EXAMPLE = Path(__file__).parents[2] / "examples" / "policy.yaml"
UNSUPPORTED = (
    *("AQ", "BY", "CN", "CU", "EH", "HK", "IR", "KP", "MO", "RU", "SY"),
    *("UA-09", "UA-14", "UA-40", "UA-43", "VE", "XK"),
)


def test_phase_and_next_date_follow_the_instant() -> None:
    """Before a date it is the next one; at the date it is past and its phase holds."""
    policy = load(EXAMPLE)
    before = overview(policy, datetime(2024, 7, 9, 6, 59, 59, tzinfo=UTC))
    assert before.phase is Phase.WARN
    assert before.next is not None
    assert before.next.what == "block begins"
    assert before.next.local == "2024-07-09T00:00:00-07:00"
    after = overview(policy, datetime(2024, 7, 9, 7, tzinfo=UTC))
    assert after.phase is Phase.BLOCK
    assert after.next is not None
    assert after.next.what == "suspend begins"
    assert overview(policy, datetime(2030, 1, 1, tzinfo=UTC)).next is None


def test_every_region_has_its_class() -> None:
    """The regions by class are all countries and the parts that the policy names."""
    found = overview(load(EXAMPLE), datetime(2024, 7, 10, tzinfo=UTC))
    assert found.listed == 188
    assert found.supported == len(found.regions[PlaceClass.SUPPORTED]) == 237
    assert found.regions[PlaceClass.UNSUPPORTED] == UNSUPPORTED
