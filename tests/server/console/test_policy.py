"""The policy page: a draft, what it would bring, and who may publish it."""

from __future__ import annotations

import re

from regiongate.server.house import House
from regiongate.store.drafts import Drafts
from tests.support.house import browser, csrf_of
from tests.support.policies import policy_text


def _proposed(house: House, text: str) -> str:
    client = browser(house, "otto")
    csrf = csrf_of(client.get("/console/policy/new").text)
    form = {"csrf": csrf, "text": text, "reason": "A new list.", "confirmed": "true"}
    answer = client.post("/console/policy/new", data=form)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def test_every_problem_stands_beside_its_line(house: House) -> None:
    """A region that is none is shown at its line, with what to do, and nothing is kept."""
    client = browser(house, "otto")
    csrf = csrf_of(client.get("/console/policy/new").text)
    text = policy_text(supported={"add": [{"region": "UK", "reason": "x"}]})
    form = {"csrf": csrf, "text": text, "reason": "why", "confirmed": "true"}
    answer = client.post("/console/policy/new", data=form)
    assert answer.status_code == 200
    line = 1 + text.split("\n").index("  - region: UK")
    row = re.search(rf'<tr id="line-{line}">.*?</tr>', answer.text, re.DOTALL)
    assert row is not None and "UK" in row[0] and "badge bad" in row[0]
    with house.reading() as connection:
        assert Drafts(connection).latest(1) == []


def test_a_draft_waits_for_somebody_else(house: House) -> None:
    """Whoever wrote it is not offered to publish it, and is refused when they try."""
    where = _proposed(house, policy_text())
    author, other = browser(house, "otto"), browser(house, "anna")
    assert f"{where}/publish" not in author.get(where).text
    page = other.get(where).text
    assert f"{where}/publish" in page
    refused = author.post(f"{where}/publish", data={"csrf": csrf_of(author.get(where).text)})
    assert refused.status_code == 403


def test_a_draft_can_be_withdrawn(house: House) -> None:
    """It is then out of the way, and says who did it."""
    where = _proposed(house, policy_text())
    client = browser(house, "anna")
    done = client.post(f"{where}/withdraw", data={"csrf": csrf_of(client.get(where).text)})
    assert done.status_code == 303
    assert "withdrawn by anna" in client.get(where).text


def test_without_a_gateway_nothing_is_published(house: House) -> None:
    """The refusal says what to start, and the draft still waits."""
    where = _proposed(house, policy_text())
    client = browser(house, "anna")
    refused = client.post(f"{where}/publish", data={"csrf": csrf_of(client.get(where).text)})
    assert refused.status_code == 409
    assert "no gateway runs" in refused.text
    with house.reading() as connection:
        assert len(Drafts(connection).waiting()) == 1
