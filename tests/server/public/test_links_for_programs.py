"""A link that opens nothing says so plainly: to people, to programs, and where nothing is yet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import product
from pathlib import Path

from fastapi.testclient import TestClient

from regiongate.server.house import House
from tests.server.public.conftest import FRENCH
from tests.server.public.links import link, restricted
from tests.support.house import visitor

At = Callable[[str], TestClient]
WRONG = ("switch", "switch?token=", "switch?token=x", "appeal?token=x", "appeal?token=1.2.YQ.x")
JSON, HTML = "application/json", "text/html"


def test_a_wrong_link_is_not_found(house: House, at: At) -> None:
    """The same answer whether there is no token, half a one, or somebody else's."""
    client = at(FRENCH)
    for place, accept in product(WRONG, (JSON, HTML)):
        answer = client.get(f"/region-access/{place}", headers={"accept": accept})
        assert answer.status_code == 404, place
        assert "link is incomplete" in answer.text, place


def test_so_it_is_where_nothing_was_ever_written(house: House, tmp_path: Path) -> None:
    """No gateway has run, no policy is named, and no secret was made."""
    house.settings = replace(house.settings, state_dir=tmp_path / "nothing", policy=None)
    for accept in (JSON, HTML):
        client = visitor(house, "192.0.2.1" if accept == JSON else "198.51.100.1")
        for method, place in (*product(["GET"], WRONG), ("POST", WRONG[-1]), ("POST", "appeal")):
            answer = client.request(method, f"/region-access/{place}", headers={"accept": accept})
            assert answer.status_code == 404, (place, answer.text)
            assert str(tmp_path) not in answer.text


def test_a_link_that_has_ended_is_gone_for_programs_too(house: House, at: At) -> None:
    """410, with the instant."""
    restricted(house, "acme")
    token = link(house, "acme", 1, seconds=-1)
    answer = at(FRENCH).get(f"/region-access/appeal?token={token}", headers={"accept": JSON})
    assert (answer.status_code, answer.json()["type"]) == (410, "urn:regiongate:problem:ended")
    assert "2026-07-15" in answer.json()["detail"]


def test_what_we_cannot_answer_says_nothing_of_us(house: House, tmp_path: Path) -> None:
    """A stranger's program learns neither paths nor settings from it."""
    house.settings = replace(house.settings, state_dir=tmp_path / "nothing", policy=None)
    for place in ("see", "measure", "appeal", "alternatives"):
        answer = visitor(house).get(f"/region-access/{place}", headers={"accept": JSON})
        assert (answer.status_code, answer.json()["status"]) == (503, 503)
        assert str(tmp_path) not in answer.text
