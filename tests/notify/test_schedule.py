"""When to try again, and how fast to go: functions of attempt and time, and of a clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regiongate.notify.delivery.pace import Pace
from regiongate.notify.schedule import Schedule

BEGUN = datetime(2024, 7, 1, tzinfo=UTC)


def test_waits_double_up_to_the_longest() -> None:
    """Five minutes, ten, twenty, and so on to four hours."""
    minutes = [Schedule().wait(attempt) / timedelta(minutes=1) for attempt in range(1, 9)]
    assert minutes == [5, 10, 20, 40, 80, 160, 240, 240]


def test_it_gives_up() -> None:
    """After five days there is no further attempt, whatever its number."""
    schedule = Schedule()
    assert schedule.next(1, BEGUN, BEGUN) == BEGUN + timedelta(minutes=5)
    assert schedule.next(30, BEGUN + timedelta(days=4, hours=20), BEGUN) is not None
    assert schedule.next(31, BEGUN + timedelta(days=4, hours=21), BEGUN) is None
    with pytest.raises(ValueError, match="from 1"):
        schedule.wait(0)


@given(st.integers(1, 10**9))
def test_a_wait_is_bounded(attempt: int) -> None:
    """However many attempts there were, a wait is neither zero nor longer than the longest."""
    schedule = Schedule()
    assert schedule.first <= schedule.wait(attempt) <= schedule.longest


def test_pace_spaces_evenly() -> None:
    """Sixty a minute are one a second; what comes late waits for nothing."""
    now, slept = [100.0], []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += seconds

    pace = Pace(60, lambda: now[0], sleep)
    for pause in (0, 0, 0.25, 5):
        now[0] += pause
        pace.wait()
    assert slept == [1.0, 0.75]


def test_no_pace() -> None:
    """Without a limit nothing waits."""
    pace = Pace(None, lambda: 0.0, lambda _: pytest.fail("it waited"))
    for _ in range(3):
        pace.wait()
