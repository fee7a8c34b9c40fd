"""Alternatives: what stands and serves the reader's region, what is history, and whose plan."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from regiongate.server.house import House
from tests.server.public.conftest import CHINESE, FRENCH, HONG_KONG, UNKNOWN
from tests.server.public.links import link, plan_link_of, restricted
from tests.support.house import Clock
from tests.support.page import Page

At = Callable[[str], TestClient]
OFFERS = """
format: regiongate-offers/1
offers:
  - name: example-cloud
    provider: Example & Cloud <b>
    kind: current
    regions: [CN]
    opens: 2026-07-01
    closes: 2026-08-01
    conditions: [newly-switching, affected]
    incentive:
      tokens: [{count: 10000000, model: example-large}]
      former_usage: {over: 30d}
      off: 20%
      lasts: 90d
      besides: Training.
    endpoints: [{speaks: openai, base_url: "https://api.cloud.example/v1"}]
    source: "https://cloud.example/offer"
    dated: 2026-07-01
  - name: old
    provider: Old Cloud
    kind: history
    incentive: {tokens: [{count: 5000000}], off: 10%}
    source: Public press.
    dated: 2024-06
"""
ALTERNATIVES = "/region-access/alternatives?lang=en"


@pytest.fixture
def offered(house: House, tmp_path: Path) -> House:
    """The house with offers of its own."""
    path = tmp_path / "offers.yaml"
    path.write_text(OFFERS, "utf-8")
    house.settings = replace(house.settings, offers=path)
    return house


def _page(client: TestClient, path: str = ALTERNATIVES) -> Page:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    page = Page(answer.text)
    assert page.faults == []
    return page


def test_an_offer_that_serves_the_readers_region_is_shown_with_its_terms(
    offered: House, at: At
) -> None:
    """Who, what is given, to whom, until when, by which SDK, and who says so."""
    page = _page(at(CHINESE))
    for told in (
        "Offers that serve China (CN)",
        "Example & Cloud <b>",
        "10,000,000 free tokens with example-large",
        "as many free tokens as were used in the 30 days before the switch",
        "prices lower by 20.0%",
        "for 90 days from the switch on",
        "Works with OpenAI SDKs: https://api.cloud.example/v1",
        "For who is new to this provider.",
        "Open until Saturday, August 1, 2026, 00:00",
        "Source: https://cloud.example/offer, 2026-07-01",
        "We recommend nobody",
    ):
        assert told in page.said
    assert page.all("b") == []


def test_another_region_can_be_chosen(offered: House, at: At) -> None:
    """By a form without a script; the reader's own is there to begin with."""
    page = _page(at(HONG_KONG))
    assert "Offers that serve Hong Kong" in page.said and "We know of no offer" in page.said
    assert {one["value"] for one in page.all("option")} == {"HK", "CN"}
    assert "Example & Cloud" in _page(at(HONG_KONG), f"{ALTERNATIVES}&region=CN").said


def test_a_region_that_is_none_is_not_looked_for(offered: House, at: At) -> None:
    """Nor said again."""
    answer = at(FRENCH).get(f"{ALTERNATIVES}&region=%3Cb%3E")
    assert answer.status_code == 404 and "<b>" not in answer.text


def test_whoever_is_nowhere_can_choose(offered: House, at: At) -> None:
    """No region is guessed."""
    assert "Offers We know of no offer" in _page(at(UNKNOWN)).said


def test_an_offer_that_is_over_is_not_shown(offered: House, at: At, clock: Clock) -> None:
    """From its end on."""
    clock.advance(days=30)
    assert "Example & Cloud" not in _page(at(CHINESE)).said


def test_history_is_called_history(offered: House, at: At) -> None:
    """With source and date, and apart from what can be taken up."""
    current, _, past = _page(at(CHINESE)).said.partition("History These offers are over")
    assert "Old Cloud" not in current
    assert "Old Cloud 5,000,000 free tokens prices lower by 10.0% 2024-06 Public press." in past


def test_what_comes_along_is_history_alone(at: At) -> None:
    """The offers of June 2024 are all marked so."""
    page = _page(at(CHINESE))
    current, _, past = page.said.partition("History These offers are over")
    assert "We know of no offer that can be taken up there today." in current
    assert "Zhipu" not in current and past.count("2024-06") >= 7


def test_offers_that_cannot_be_read_are_no_empty_page(offered: House, at: At) -> None:
    """It says that it cannot answer."""
    assert offered.settings.offers is not None
    offered.settings.offers.write_text("format: nothing", "utf-8")
    assert at(CHINESE).get(ALTERNATIVES).status_code == 503


def test_the_link_of_a_plan_shows_that_plan(offered: House, at: At) -> None:
    """With the code to change, and no other link opens it."""
    restricted(offered, "acme")
    client = at(CHINESE)
    page = _page(client, f"/region-access/switch?lang=en&token={plan_link_of(offered, 'acme')}")
    assert "For Acme Ltd." in page.said and "https://api.cloud.example/v1" in page.text
    other = client.get(f"/region-access/switch?lang=en&token={link(offered, 'acme')}")
    assert other.status_code == 404
