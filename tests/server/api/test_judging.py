"""What takes a second to answer: a text looked at as a policy, and the sources with their ages."""

from __future__ import annotations

from regiongate.server.house import House
from tests.support.house import Clock, program
from tests.support.policies import policy_text
from tests.support.sources import WORLD, mmdb

BYTES = {"content-type": "application/octet-stream"}


def test_a_text_that_is_no_policy_is_told_its_problems(house: House) -> None:
    """Each with its line and the remedy."""
    text = policy_text(supported={"add": [{"region": "UK", "reason": "x"}]})
    answer = program(house, "otto").post("/api/v1/policy/look", json={"text": text})
    assert answer.status_code == 200, answer.text
    [problem, *_] = answer.json()["problems"]
    assert "UK" in problem["message"] and problem["line"] > 1 and problem["remedy"]


def test_the_sources_are_listed_with_their_ages(house: House, clock: Clock) -> None:
    """With licence, date and what is wrong: that one is stale, and that one is damaged."""
    clock.advance(days=24)
    program(house, "root").post("/api/v1/sources?name=mine", content=mmdb(WORLD), headers=BYTES)
    store = house.catalogue.store
    assert store is not None
    store.get("mine").path.write_bytes(b"")
    answer = program(house, "vera").get("/api/v1/sources")
    assert answer.status_code == 200, answer.text
    said = {one["name"]: one for one in answer.json()}
    assert said["iptoasn"]["licence"] == "PDDL-1.0" and said["iptoasn"]["in_force"] is None
    assert "stale since 2026-08-01: upgrade regiongate" in said["iptoasn"]["alarm"]
    assert said["ipfire"]["alarm"] is None
    assert said["mine"]["place"] == "damaged" and "not what was fetched" in said["mine"]["alarm"]
