"""Folding over HTTP: what is older than the policy in force keeps it goes, and an admin says so."""

from __future__ import annotations

from datetime import timedelta

import pytest

from regiongate.server.house import House
from regiongate.store.logs import FollowedLog, FollowedLogs, LogState, Reject
from tests.server.api.walk import Walk
from tests.support.house import WARN, Clock
from tests.support.policies import policy_text

KEPT = timedelta(days=365)
GONE = {"rejected_lines": 1, "appeal_files": 0, "appeal_addresses": 0}


@pytest.fixture
def filled(house: House) -> House:
    """A house whose followed log has a rejected line of the day of the warning."""
    with house.writing() as connection:
        logs = FollowedLogs(connection)
        logs.begin(FollowedLog("0" * 64, "access.log", 0, 0, 0, 0, LogState.OPEN, WARN))
        rejects = [Reject(0, b"203.0.113.77 - nonsense", "no time")]
        assert logs.move("0" * 64, 0, 100, lines=2, rejects=rejects, at=WARN)
    return house


def test_an_admin_folds_what_is_old(filled: House, clock: Clock) -> None:
    """Said before, done once, and the trail has it."""
    clock.at = WARN + KEPT + timedelta(days=1)
    walk = Walk(filled)
    told = walk.programs["root"].post("/api/v1/audit/fold?dry_run=true")
    assert (told.status_code, told.json()) == (200, GONE)
    assert walk.change("root", "audit/fold", refused="anna") == GONE
    assert walk.tags()[-1] == "sighting:folded"
    with filled.reading() as connection:
        assert FollowedLogs(connection).rejects("0" * 64) == [(0, "folded", b"")]


def test_without_rules_nothing_is_folded(filled: House, clock: Clock) -> None:
    """A policy that does not say how long things are kept folds none of them."""
    path = filled.settings.policy
    assert path is not None
    path.write_text(policy_text(), "utf-8")
    answer = Walk(filled).programs["root"].post("/api/v1/audit/fold")
    assert answer.status_code == 409 and "section cases" in answer.json()["detail"]
