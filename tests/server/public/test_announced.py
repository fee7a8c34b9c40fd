"""The measure: its dates, its list, and what changes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from regiongate.server.house import House
from tests.server.public.conftest import FRENCH, SUPPORTED
from tests.support.house import BLOCK, CASES, SUSPEND, WARN, Clock
from tests.support.page import Page
from tests.support.policies import policy_text

At = Callable[[str], TestClient]


def _said(client: TestClient, code: str = "en") -> str:
    answer = client.get("/region-access/measure", params={"lang": code})
    assert answer.status_code == 200
    return Page(answer.text).said


def _announce(house: House, **sections: object) -> None:
    starts = {"warn": WARN, "block": BLOCK}
    text = policy_text(starts=starts, **({"cases": CASES, "supported": SUPPORTED} | sections))  # type: ignore[arg-type]
    assert house.settings.policy is not None
    house.settings.policy.write_text(text, "utf-8")


@pytest.mark.parametrize(
    ("code", "day"),
    [
        ("en", "Wednesday, July 1, 2026, 00:00 (UTC, UTC+00:00)"),
        ("zh", "2026年7月1日星期三 00:00 (UTC, UTC+00:00)"),
        ("ru", "среда, 1 июля 2026 г., 00:00 (UTC, UTC+00:00)"),  # noqa: RUF001
        ("fa", "چهارشنبه ۱ ژوئیهٔ ۲۰۲۶ میلادی، ۰۰:۰۰ (UTC, UTC+00:00)"),  # noqa: RUF001
        ("es", "miércoles, 1 de julio de 2026, 00:00 (UTC, UTC+00:00)"),
    ],
)
def test_a_date_has_its_weekday_its_time_and_its_zone(at: At, code: str, day: str) -> None:
    """As the language writes it."""
    assert day in _said(at(FRENCH), code)


def test_the_dates_stand_in_the_zone_of_the_announcement(house: House, at: At) -> None:
    """What was announced for Los Angeles is told for Los Angeles."""
    _announce(house, measure={"time_zone": "America/Los_Angeles", "block": "2026-07-09T00:00"})
    said = _said(at(FRENCH))
    assert "Thursday, July 9, 2026, 00:00 (America/Los_Angeles, UTC-07:00)" in said
    assert "no date announced" in said


@pytest.mark.parametrize(
    ("when", "phase"),
    [
        (WARN - timedelta(seconds=1), "Now: Observe We count"),
        (WARN, "Now: Warn Calls"),
        (BLOCK, "Now: Block Calls"),
        (SUSPEND, "Now: Suspend An account"),
    ],
)
def test_the_phase_is_that_of_the_instant(at: At, clock: Clock, when: object, phase: str) -> None:
    """With what it means."""
    clock.at = when  # type: ignore[assignment]
    assert phase in _said(at(FRENCH))


def test_the_list_names_regions_in_the_readers_language(at: At) -> None:
    """Countries, territories that follow their state, and the parts that are left out."""
    said = _said(at(FRENCH))
    before, _, after = said.partition("Not supported (")
    assert "France (FR)" in before and "Guernsey (GG)" in before
    assert "China (CN)" in after and "China (CN)" not in before
    assert "Ukraine: Crimea (UA-43): not supported" in before
    assert "乌克兰: 克里米亚 (UA-43)" in _said(at(FRENCH), "zh")


def test_what_will_change_is_told_with_its_date(house: House, at: At) -> None:
    """A region that leaves the list, one that joins it, and nothing that stays as it is."""
    reason = {"reason": "A test."}
    supported = SUPPORTED | {
        "remove": [{"region": "BR", "from": "2026-09-01", **reason}],
        "add": [{"region": "CN", "from": "2026-10-01", "until": "2026-11-01", **reason}],
    }
    _announce(house, supported=supported)
    said = _said(at(FRENCH))
    assert (
        "From September 1, 2026, 00:00 (UTC, UTC+00:00): Brazil (BR) is not supported any" in said
    )
    assert "From October 1, 2026, 00:00 (UTC, UTC+00:00): China (CN) is supported." in said
    assert "From November 1, 2026, 00:00 (UTC, UTC+00:00): China (CN) is not supported any" in said
    assert said.count("From ") == 3 + 1


def test_the_export_of_data_has_a_date_where_the_policy_says_one(
    house: House, at: At, clock: Clock
) -> None:
    """Before it, after it, and without one: whom to write to."""
    assert "To take your data with you" in _said(at(FRENCH))
    _announce(house, cases=CASES | {"export_until": "2026-10-01T00:00:00Z"})
    assert "until Thursday, October 1, 2026, 00:00 (UTC, UTC+00:00), from wherever" in _said(
        at(FRENCH)
    )
    clock.advance(days=365)
    assert "The time to export data by yourself ended on Thursday" in _said(at(FRENCH))


def test_a_trial_is_called_a_trial(house: House, at: At) -> None:
    """Nobody is told of refusals that do not happen."""
    _announce(house, report_only=True)
    assert "Nothing is refused yet." in _said(at(FRENCH))
