"""Health: live, ready, and what is missing."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest

from regiongate import policyfile
from regiongate.domain.policy import Policy
from regiongate.domain.source import SourceNames
from regiongate.server.house import House
from regiongate.server.observe import ready
from regiongate.server.observe.ready import Check
from regiongate.store.database import Database
from tests.support.house import Clock, house_over, visitor
from tests.support.postgresql import HINT, binaries, running_server


def test_a_server_with_everything_is_ready(house: House) -> None:
    """Store and policy are there."""
    answer = visitor(house).get("/health/ready")
    assert (answer.status_code, answer.json()) == (200, {"ready": True, "missing": []})


def test_what_is_missing_is_named(house: House, tmp_path: Path) -> None:
    """Here a policy; the process lives all the same."""
    house.settings = replace(house.settings, policy=tmp_path / "none.yaml")
    client = visitor(house)
    answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json() == {"ready": False, "missing": ["no policy can be read"]}
    assert client.get("/health/live").json() == {"live": True}


def test_the_policy_is_not_read_at_each_question(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither one that is there, nor one with a mistake."""
    read = []
    real = policyfile.load

    def load(path: Path, names: SourceNames) -> Policy:
        read.append(path)
        return real(path, names)

    monkeypatch.setattr(policyfile, "load", load)
    monkeypatch.setattr(ready, "BAD_FOR", 60.0)
    client = visitor(house)
    assert [client.get("/health/ready").status_code for _ in range(5)] == [200] * 5
    assert len(read) == 1
    assert house.settings.policy is not None
    house.settings.policy.write_text("policy: half")
    assert [client.get("/health/ready").status_code for _ in range(5)] == [503] * 5
    assert len(read) == 2


def test_nobody_waits_for_a_store_that_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is missing after a moment, and asked once however many want to know."""
    monkeypatch.setattr(ready, "PATIENCE", 0.05)
    asked, answered = [], Event()

    def ask() -> None:
        asked.append(1)
        answered.wait(10)

    check = Check(ask, "late")
    assert [check.missing(), check.missing(), check.missing()] == ["late"] * 3
    assert len(asked) == 1
    answered.set()
    deadline = time.monotonic() + 5
    while check.missing() is not None and time.monotonic() < deadline:
        time.sleep(0.01)
    assert check.missing() is None


@pytest.mark.postgresql
def test_a_store_that_is_down(tmp_path: Path) -> None:
    """PostgreSQL ends under a running server: it is not ready, lives, and its metrics say so."""
    programs = binaries()
    if programs is None:
        pytest.skip(HINT)
    with running_server(programs) as server:
        database = Database.open(server.new_database())
        house = house_over(database, tmp_path, Clock())
        client = visitor(house)
        assert client.get("/health/ready").status_code == 200
        assert "regiongate_store_up 1\n" in client.get("/metrics").text
    begun = time.monotonic()
    answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json()["missing"] == ["the store does not answer"]
    assert time.monotonic() - begun < 3
    scraped = client.get("/metrics").text
    assert "regiongate_store_up 0\n" in scraped and "regiongate_policy_up 1\n" in scraped
    assert client.get("/health/live").status_code == 200
    database.close()
