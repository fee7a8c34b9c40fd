"""What takes a second to answer: a text looked at as a policy, and the sources with their ages."""

from __future__ import annotations

from regiongate.server.house import House
from tests.support.house import program
from tests.support.policies import policy_text


def test_a_text_that_is_no_policy_is_told_its_problems(house: House) -> None:
    """Each with its line and the remedy."""
    text = policy_text(supported={"add": [{"region": "UK", "reason": "x"}]})
    answer = program(house, "otto").post("/api/v1/policy/look", json={"text": text})
    assert answer.status_code == 200, answer.text
    [problem, *_] = answer.json()["problems"]
    assert "UK" in problem["message"] and problem["line"] > 1 and problem["remedy"]


def test_the_sources_are_listed_with_their_ages(house: House) -> None:
    """Those that the policy names, with licence and date."""
    answer = program(house, "vera").get("/api/v1/sources")
    assert answer.status_code == 200, answer.text
    assert "iptoasn" in answer.text and "PDDL" in answer.text
