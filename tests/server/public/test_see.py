"""What do you see? The answer for each kind of address, and for nobody else's."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

from regiongate.control.explain import Question, by_bundle
from regiongate.server.entry.client import SETTLED
from regiongate.server.house import House
from tests.server.public.conftest import (
    ALLOWED,
    CHINESE,
    CORRECTED,
    CRIMEA,
    DISPUTED,
    EDGE,
    FRENCH,
    HONG_KONG,
    TOR,
    UNKNOWN,
)
from tests.support.house import BLOCK, WARN, Clock, visitor
from tests.support.page import Page

At = Callable[[str], TestClient]
SEE = "/region-access/see?lang=en"


def _said(client: TestClient, path: str = SEE) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return Page(answer.text).said


@pytest.mark.parametrize(
    ("address", "sentences"),
    [
        (FRENCH, ["France (FR) is on the supported list.", "are answered."]),
        (CHINESE, ["China (CN) is not on the supported list.", "are refused, with an error"]),
        (DISPUTED, ["Our sources do not agree", "answered, with a warning"]),
        (UNKNOWN, ["None of our sources knows", "not known", "are refused"]),
        (TOR, ["hides where its users are (Tor)", "anonymizer:tor", "are refused"]),
        (CORRECTED, ["France (FR) is on", "was corrected by us", "are answered."]),
        (ALLOWED, ["a rule for this very network", "are answered."]),
        (HONG_KONG, ["AWS ap-east-1, Hong Kong", "Pin the function, job or machine", "AS64500"]),
        (EDGE, ["Cloudflare, which runs code near", "Give that code a placement"]),
        (CRIMEA, ["Ukraine: Crimea (UA-43) is not on the supported list."]),
        ("10.0.0.9", ["an address of a private network", "are answered."]),
        ("198.51.100.9", ["set aside for a special purpose", "are refused"]),
        ("2001:db8::9", ["set aside for a special purpose", "are refused"]),
    ],
)
def test_each_kind_of_address_is_told_what_it_gets_and_why(
    at: At, address: str, sentences: list[str]
) -> None:
    """The page names the region, the verdict, the reason, and what to do about a cloud."""
    said = _said(at(address))
    assert address in said
    assert [one for one in sentences if one not in said] == []


def test_each_source_has_its_vote_and_its_date(at: At) -> None:
    """Also the one that knows nothing, and that a source is too old."""
    said = _said(at(DISPUTED))
    assert "iptoasn France (FR) 2024-05-01 too old" in said
    assert "geo-whois China (CN)" in said
    assert "ipfire does not know this address" in said


def test_the_next_date_and_its_verdict_are_told(at: At, clock: Clock) -> None:
    """Before the warning it says the warning, and after the last date that nothing changes."""
    clock.at = WARN.replace(month=5)
    assert "Monday, June 1, 2026, 00:00 (UTC, UTC+00:00): warned" in _said(at(CHINESE))
    clock.at = WARN
    assert "Wednesday, July 1, 2026" in _said(at(CHINESE))
    clock.at = BLOCK
    assert "No announced date changes this." in _said(at(CHINESE))


@pytest.mark.parametrize("address", [FRENCH, CHINESE, DISPUTED, UNKNOWN, TOR, CORRECTED, CRIMEA])
def test_the_page_says_what_explain_says(house: House, at: At, address: str) -> None:
    """Rule, policy and generation are those of `regiongate explain ADDRESS`."""
    generation = house.state.current()
    assert generation is not None
    found = by_bundle(Question(address, house.clock()), house.state.bundle(generation))
    said = _said(at(address))
    told = (found["rule"], found["generation"], found["policy"]["version"])
    assert [one for one in told if str(one) not in said] == []


def test_without_a_gateway_the_policy_file_answers(house: House, at: At) -> None:
    """A server that was set up before its gateway can say what the policy would do."""
    house.state.select.unlink()
    said = _said(at("10.0.0.9"))
    assert "an address of a private network" in said and "Generation" not in said


def test_the_gateways_word_about_an_address_counts(at: At) -> None:
    """From a trusted network it is the client's; from a stranger it is nothing but a header."""
    trusted = visitor(at(FRENCH).app.state.house, "127.0.0.1")  # type: ignore[attr-defined]
    assert CHINESE in _said_with(trusted, CHINESE)
    forged = _said_with(at(FRENCH), CHINESE)
    assert FRENCH in forged and CHINESE not in forged


@pytest.mark.parametrize("settled", ["", "nobody", "20.0.0.7, 20.0.1.7", "20.0.0.7<b>"])
def test_a_settled_address_that_is_none_is_refused(house: House, settled: str) -> None:
    """No other is put in its place, and nothing of it is said again."""
    answer = visitor(house).get(SEE, headers={SETTLED: settled})
    assert answer.status_code == 400
    assert "<b>" not in answer.text and Page(answer.text).faults == []


def test_no_other_address_can_be_asked_about(at: At) -> None:
    """What is asked for in the query is not looked at."""
    said = _said(at(FRENCH), f"{SEE}&address={CHINESE}&ip={CHINESE}")
    assert FRENCH in said and CHINESE not in said


def test_the_links_of_notices_lead_people_and_programs_to_an_answer(at: At) -> None:
    """People get the page, programs the gateway's own answer."""
    client = at(FRENCH)
    path = "/region-access/.well-known/region-access"
    people = client.get(path, params={"lang": "fa"})
    assert (people.status_code, people.headers["location"]) == (303, "/region-access/see?lang=fa")
    program = client.get(path, headers={"accept": "*/*"})
    assert program.headers["location"] == "/.well-known/region-access"


def test_a_damaged_bundle_is_no_answer_and_no_guess(house: House, at: At) -> None:
    """The page says in words that it cannot answer, and programs are told the same."""
    generation = house.state.current()
    assert generation is not None
    manifest = house.state.bundle(generation) / "manifest.json"
    content = json.loads(manifest.read_text("utf-8"))
    manifest.chmod(0o600)
    manifest.write_text(json.dumps(content | {"at": "2026-01-01T00:00:00Z"}), "utf-8")
    answer = at(FRENCH).get(SEE)
    assert answer.status_code == 503
    assert "We cannot answer this at the moment." in Page(answer.text).said


def _said_with(client: TestClient, settled: str) -> str:
    answer = client.get(SEE, headers={SETTLED: settled})
    assert answer.status_code == 200
    return Page(answer.text).said
