"""The overview, the list of cases, the notices and the audit trail."""

from __future__ import annotations

import re

from regiongate.control.case_of import case_of
from regiongate.domain.case import CaseState, Step
from regiongate.domain.role import SYSTEM
from regiongate.server.house import House
from regiongate.store.cases import Cases
from tests.support.cases import CHINESE, know, saw, see
from tests.support.desks import announced, opened
from tests.support.house import AT, WARN, browser, csrf_of


def _cases(house: House, *names: str) -> list[int]:
    know(house.database, *names, at=WARN)
    return [case.number for case in opened(house.database, *names, at=WARN)]


def _text(page: str) -> str:
    """What a page says, without its tags."""
    return " ".join(re.sub("<[^>]*>", " ", re.sub("</?span[^>]*>", "", page)).split())


def _state(house: House, number: int) -> CaseState | None:
    with house.reading() as connection:
        found = Cases(connection).get(number)
    return None if found is None else found.state


def test_the_overview_opens_on_an_empty_store(house: House) -> None:
    """Nothing seen is shown as nothing, not as an error."""
    answer = browser(house, "vera").get("/console/")
    assert answer.status_code == 200
    assert "no requests" in answer.text


def test_the_overview_shows_traffic_and_what_waits(house: House) -> None:
    """The map and the table behind it count what was seen; the dates are drawn in."""
    see(house.database, saw("acme", CHINESE, "CN", AT))
    answer = browser(house, "vera").get("/console/?days=90")
    assert re.search(r'<tr><th scope="row">CN</th><td class="number">\d+</td>', answer.text)
    assert "block from" in answer.text


def test_cases_are_found_by_how_they_begin(house: House) -> None:
    """A search for a beginning shows those, and no others."""
    _cases(house, "acme", "acorn", "beta")
    text = browser(house, "vera").get("/console/cases", params={"text": "ac"}).text
    assert "acme" in text and "acorn" in text and "beta" not in text


def test_a_list_of_cases_has_pages(house: House) -> None:
    """The link to the next page keeps what was looked for, and leads to the rest."""
    _cases(house, *(f"org-{n:03}" for n in range(60)))
    client = browser(house, "vera")
    first = client.get("/console/cases", params={"text": "org"}).text
    found = re.search(r'rel="next" href="([^"]+)"', first)
    assert found is not None
    second = client.get(found[1].replace("&amp;", "&")).text
    rows = re.findall(r'href="/console/cases/(\d+)"', first + second)
    assert len(set(rows)) == 60


def test_a_list_of_cases_says_where_each_was_seen_and_what_comes_next(house: House) -> None:
    """Three regions and how many more, most requests first; the next step and who may take it."""
    _cases(house, "acme", "beta")
    places = ("RU", "IR", "KP", "VE")
    see(house.database, *(saw("acme", CHINESE, code, AT) for code in (*places, "CN")))
    page = browser(house, "vera").get("/console/cases").text
    rows = [_text(row) for row in re.findall(r"<tr><td>.*?</tr>", page, re.DOTALL)]
    [acme] = [row for row in rows if "acme" in row]
    [beta] = [row for row in rows if "beta" in row]
    assert "notice regiongate, on its date CN, IR, KP +2" in acme
    assert "notice regiongate, on its date CN " in beta and "+" not in beta
    assert 'title="Russian Federation (RU), Venezuela' in page


def test_the_next_step_waits_for_the_appeal(house: House) -> None:
    """Who may propose a suspension is named, and that the appeal comes first."""
    [number] = _cases(house, "acme")
    with house.writing() as connection:
        cases = Cases(connection)
        cases.take(case_of(connection, number), Step.RESTRICT, AT, SYSTEM, "now")
        cases.hold(number, "appeal-1")
    page = _text(browser(house, "vera").get("/console/cases").text)
    assert "propose approver or operator, once the appeal is decided" in page


def test_several_cases_are_released_after_a_look(house: House) -> None:
    """What it brings is shown for each; then all are decided in one go."""
    one, two = _cases(house, "acme", "beta")
    client = browser(house, "otto")
    csrf = csrf_of(client.get("/console/cases").text)
    form = {"csrf": csrf, "case": [str(one), str(two)], "verb": "release", "reason": "moved"}
    shown = client.post("/console/cases/several", data=form)
    assert "acme" in shown.text and "beta" in shown.text
    assert _state(house, one) is CaseState.FOUND
    done = client.post("/console/cases/several", data=form | {"confirmed": "true"})
    assert done.status_code == 303
    assert (_state(house, one), _state(house, two)) == (CaseState.RELEASED, CaseState.RELEASED)


def test_where_one_of_several_cannot_be_none_is(house: House) -> None:
    """All are one transaction: a case that is over leaves the others as they were."""
    one, two = _cases(house, "acme", "beta")
    client = browser(house, "otto")
    form = {"csrf": csrf_of(client.get("/console/cases").text), "verb": "release"}
    form |= {"reason": "moved", "confirmed": "true"}
    assert client.post("/console/cases/several", data=form | {"case": str(two)}).is_redirect
    both = form | {"case": [str(one), str(two)]}
    assert client.post("/console/cases/several", data=both).status_code == 409
    assert _state(house, one) is CaseState.FOUND


def test_notices_are_listed_without_addresses(house: House) -> None:
    """What they are of and how they stand; the address only on the page of one."""
    announced(house.database, "acme", at=WARN)
    text = browser(house, "vera").get("/console/notices").text
    assert "announcement" in text and "it@acme.example" not in text


def test_the_trail_is_shown_and_verified(house: House) -> None:
    """Events are found by organization, and the verification says that all is whole."""
    _cases(house, "acme", "beta")
    client = browser(house, "vera")
    text = client.get("/console/audit", params={"organization": "acme"}).text
    assert "case:found" in text and "beta" not in text
    assert "The trail is whole" in client.get("/console/audit/verify").text


def test_names_of_strangers_are_text_everywhere(house: House) -> None:
    """Markup in the id and the name of an organization is shown, and is none (XSS)."""
    name = "<img src=x onerror=alert(1)>"
    see(house.database, saw(name, CHINESE, "CN", AT))
    number = opened(house.database, name, at=WARN)[0].number
    client = browser(house, "vera")
    for page in ("", "cases", f"cases/{number}", "audit", "notices"):
        answer = client.get(f"/console/{page}")
        assert answer.status_code == 200, page
        assert "<img" not in answer.text, page
