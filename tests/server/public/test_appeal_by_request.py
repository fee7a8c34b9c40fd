"""The appeal by a refusal: whoever was refused shows which request it was."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from regiongate.domain.case import Step
from regiongate.server.house import House
from regiongate.server.public import appeal
from tests.server.public.links import restricted, step

At = Callable[[str], TestClient]
ID = "0f5e4f0e-6d1c-4c1b-9b3a-5d6f7a8b9c0d"
CLIENT, NEIGHBOUR, STRANGER = "1.2.4.8", "1.2.4.200", "1.2.5.8"


def _log(house: House, **facts: Any) -> None:
    line = {
        "time": house.clock().isoformat(),
        "request_id": ID,
        "address": CLIENT,
        "verdict": "block",
        "organization": "acme",
    }
    house.state.access_log.parent.mkdir(exist_ok=True)
    text = json.dumps(line | facts, separators=(",", ":"))
    house.state.access_log.write_text(text + "\n", "utf-8")


def _asked(client: TestClient, request: str = ID) -> Any:
    return client.get("/region-access/appeal", params={"request": request, "lang": "en"})


@pytest.mark.parametrize("verdict", ["block", "suspended"])
@pytest.mark.parametrize("who", [CLIENT, NEIGHBOUR])
def test_a_refused_request_leads_to_the_form(house: House, at: At, verdict: str, who: str) -> None:
    """From the network of the request, and without anything else."""
    restricted(house, "acme")
    _log(house, verdict=verdict)
    answer = _asked(at(who))
    assert answer.status_code == 303, answer.text
    page = at(who).get(answer.headers["location"])
    assert page.status_code == 200
    assert 'name="text"' in page.text


@pytest.mark.parametrize(
    ("facts", "who", "request_id"),
    [
        ({}, STRANGER, ID),
        ({"verdict": "allow"}, CLIENT, ID),
        ({"verdict": None}, CLIENT, ID),
        ({"organization": None}, CLIENT, ID),
        ({"organization": "nobody"}, CLIENT, ID),
        ({"address": "unknown"}, CLIENT, ID),
        ({"time": "yesterday"}, CLIENT, ID),
        ({"time": "2020-01-01T00:00:00+00:00"}, CLIENT, ID),
        ({"request_id": "another"}, CLIENT, ID),
        ({"request_id": "chosen-by-me"}, CLIENT, "chosen-by-me"),
        ({}, CLIENT, '"' * 36),
        ({}, CLIENT, "../../etc/passwd"),
    ],
)
def test_everything_else_has_one_answer(
    house: House, at: At, facts: dict[str, Any], who: str, request_id: str
) -> None:
    """Nobody learns which requests there were, whose they are, or who has a case."""
    restricted(house, "acme")
    _log(house, **facts)
    answer = _asked(at(who), request_id)
    assert answer.status_code == 404
    assert "No appeal is known for this request" in answer.text
    assert "access.log" not in answer.text


def test_without_a_log_or_a_case_it_is_the_same_answer(house: House, at: At) -> None:
    """No gateway has run here, or the case is over."""
    assert _asked(at(CLIENT)).status_code == 404
    case = restricted(house, "acme")
    step(house, case, Step.RELEASE)
    _log(house)
    assert _asked(at(CLIENT)).status_code == 404


def test_the_link_ends_after_a_day(house: House, at: At) -> None:
    """Another refusal gives another."""
    restricted(house, "acme")
    _log(house)
    where = _asked(at(CLIENT)).headers["location"]
    house.clock.advance(days=1, seconds=1)  # type: ignore[attr-defined]
    assert at(CLIENT).get(where).status_code == 410
    _log(house, time=(house.clock() - timedelta(minutes=1)).isoformat())
    assert _asked(at(CLIENT)).status_code == 303


def test_guessing_is_slowed_down(house: House, at: At) -> None:
    """A network that asks too often waits."""
    client = at(STRANGER)
    answers = [_asked(client).status_code for _ in range(12)]
    assert answers[:10] == [404] * 10
    assert answers[-1] == 429


def test_only_the_end_of_the_log_is_searched(
    house: House, at: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A log that has grown makes nobody wait longer; what lies further back is not found."""
    restricted(house, "acme")
    _log(house)
    log = house.state.access_log
    with log.open("a") as file:
        file.write('{"request_id":"another"}\n' * 10)
    assert _asked(at(CLIENT)).status_code == 303
    monkeypatch.setattr("regiongate.control.appeal.by_request.NEWEST", 100)
    assert _asked(at(CLIENT)).status_code == 404


def test_one_search_at_a_time(house: House, at: At) -> None:
    """Whoever comes meanwhile waits, from whatever network."""
    restricted(house, "acme")
    _log(house)
    with appeal.SEARCH:
        answer = _asked(at(CLIENT))
    assert answer.status_code == 429 and int(answer.headers["retry-after"]) > 0
    assert _asked(at(CLIENT)).status_code == 303
