"""The page of a plan: which offers ask for a claim code, and the code for whoever has the link."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from regiongate.control.incentive.code import read
from regiongate.notify.language import LANGUAGES
from regiongate.server.house import House
from tests.server.public.conftest import CHINESE
from tests.server.public.links import link, plan_link_of, restricted
from tests.support.access import said
from tests.support.house import Clock
from tests.support.offered import ISSUER, offered
from tests.support.page import Page

At = Callable[[str], TestClient]
SWITCH = "/region-access/switch"


@pytest.fixture
def client(house: House, tmp_path: Path, at: At) -> TestClient:
    """Somebody in China, whose organization is restricted, at a server with offers."""
    offered(house, tmp_path)
    restricted(house, "acme")
    return at(CHINESE)


def _asked(house: House, client: TestClient, lang: str = "en", **more: str) -> tuple[int, Page]:
    query = {"token": plan_link_of(house, "acme"), "offer": "example-cloud", "lang": lang, **more}
    answer = client.post(SWITCH, params=query)
    page = Page(answer.text)
    assert page.faults == []
    return answer.status_code, page


def _code(page: Page) -> str:
    [found] = re.findall(r"rgc1\.[\w-]+\.[\w-]+", page.text)
    return str(found)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_plan_leads_to_the_code_in_each_language(
    house: House, client: TestClient, lang: str
) -> None:
    """The offer that asks for one has a button, which works without a script, and no other has."""
    path = f"{SWITCH}?lang={lang}&token={plan_link_of(house, 'acme')}"
    page = Page(client.get(path).text)
    assert page.faults == []
    [form] = page.all("form")
    assert "offer=example-cloud" in form["action"]
    answer = client.post(f"{SWITCH}{form['action']}")
    assert answer.status_code == 200 and answer.headers["cache-control"] == "no-store"
    assert Page(answer.text).faults == []
    code = read(_code(Page(answer.text)))
    assert (code.issuer, code.offer) == (ISSUER, "example-cloud")


def test_the_same_code_is_given_again(house: House, client: TestClient) -> None:
    """It is issued once, in the name of nobody; once it has expired, a person has to be asked."""
    _, first = _asked(house, client)
    _, again = _asked(house, client, lang="fa")
    assert _code(first) == _code(again)
    assert "acme" not in first.said.lower().replace("acme ltd", "")
    assert len(said(house.database, "claim-code:issued")) == 1


def test_whoever_has_nothing_to_claim_with_is_told_so(
    house: House, client: TestClient, clock: Clock
) -> None:
    """With where to write to, and no code."""
    _asked(house, client)
    clock.advance(days=16)
    status, page = _asked(house, client)
    assert (status, "rgc1." in page.text) == (200, True)
    # The offer closes in August; with a later end the code has expired before it.
    offers = house.settings.offers
    assert offers is not None
    offers.write_text(offers.read_text("utf-8").replace("2026-08-01", "2026-12-01"), "utf-8")
    clock.advance(days=15)
    status, page = _asked(house, client)
    assert (status, "rgc1." in page.text) == (409, False)
    assert "We can give you no code here" in page.said


def test_no_other_link_and_no_other_offer_opens_a_code(house: House, client: TestClient) -> None:
    """Neither the link of the case, nor an offer that asks for none, nor one that is not there."""
    assert client.post(SWITCH, params={"offer": "example-cloud"}).status_code == 404
    of_case = link(house, "acme")
    assert _asked(house, client, token=of_case)[0] == 404
    assert _asked(house, client, offer="open-cloud")[0] == 404
    assert _asked(house, client, offer="none")[0] == 404
    assert said(house.database, "claim-code:issued") == []


def test_a_server_that_issues_none_says_where_to_ask(house: House, client: TestClient) -> None:
    """There is no button that leads nowhere."""
    house.settings = replace(house.settings, claim_issuer=None)
    path = f"{SWITCH}?lang=en&token={plan_link_of(house, 'acme')}"
    page = Page(client.get(path).text)
    assert page.all("form") == [] and "Ask for a code at" in page.said
    assert client.post(f"{path}&offer=example-cloud").status_code == 503
