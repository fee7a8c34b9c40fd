"""Every public page in every language: markup, direction, links, headers, and how often."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.testclient import TestClient

from regiongate.notify.language import LANGUAGES
from regiongate.server.house import House
from regiongate.server.security.limit import Limit, Limiter
from tests.server.public.conftest import DISPUTED, FRENCH, HONG_KONG, HOSTILE
from tests.server.public.links import link, plan_link_of, restricted
from tests.support.page import Page

At = Callable[[str], TestClient]
PAGES = (
    "see",
    "measure",
    "appeal",
    "appeal?token=TOKEN",
    "appeal?token=TOKEN&said=not",
    "appeal?token=wrong",
    "alternatives",
    "alternatives?region=UA-43",
    "switch?token=PLAN",
    "nothing/here",
)
LOST = ("appeal?token=wrong", "nothing/here")


@pytest.fixture
def known(house: House) -> House:
    """The house with a case and its links."""
    restricted(house, "acme", name=HOSTILE)
    return house


def _path(house: House, page: str) -> str:
    path = page.replace("TOKEN", link(house, "acme")).replace("PLAN", plan_link_of(house, "acme"))
    return f"/region-access/{path}"


@pytest.mark.parametrize("code", LANGUAGES)
def test_each_page_is_sound_in_each_language(known: House, at: At, code: str) -> None:
    """Valid markup with one heading, in the language and the direction that it says."""
    client = at(HONG_KONG)
    for page in PAGES:
        path = _path(known, page)
        answer = client.get(path, headers={"accept-language": code})
        found = Page(answer.text)
        assert answer.status_code == (404 if page in LOST else 200), page
        assert found.faults == [], page
        [html] = found.all("html")
        assert html == {"lang": code, "dir": LANGUAGES[code].direction}, page
        assert HOSTILE not in answer.text, page
        assert answer.headers["content-type"] == "text/html; charset=utf-8"


def test_a_page_sets_no_cookie_and_is_kept_by_nobody(known: House, at: At) -> None:
    """No page knows who reads it, and no address with a token in it is passed on."""
    for page in PAGES:
        answer = at(FRENCH).get(_path(known, page))
        assert "set-cookie" not in answer.headers, page
        assert answer.headers["cache-control"] == "no-store", page
        assert answer.headers["referrer-policy"] in ("no-referrer", "same-origin"), page
        assert "script-src 'self'" in answer.headers["content-security-policy"], page


def test_everything_that_a_page_loads_lies_below_its_path(known: House, at: At) -> None:
    """A gateway forwards nothing else, so a refused address gets the style too."""
    client = at(FRENCH)
    for one in Page(client.get(_path(known, "see")).text).all("link"):
        answer = client.get(one["href"])
        assert one["href"].startswith("/region-access/static/") and answer.status_code == 200
        assert answer.headers["cache-control"] == "max-age=3600"
    assert client.get("/region-access/static/console.js").status_code == 404
    assert client.get("/region-access/static/..%2f..%2fapp.py").status_code == 404


@pytest.mark.parametrize(
    ("query", "accepted", "code"),
    [
        ("fa", "en", "fa"),
        ("zh-TW", "en", "zh"),
        ("xx", "es-MX,en;q=0.5", "es"),
        ("", "de-DE,ru;q=0.8", "ru"),
        ("", "", "en"),
        ("<b>", "\u00e9" * 3, "en"),
    ],
)
def test_the_reader_chooses_the_language(at: At, query: str, accepted: str, code: str) -> None:
    """By the link, else by what the browser prefers, else it is English."""
    headers = {b"accept-language": accepted.encode("latin-1")}
    answer = at(FRENCH).get("/region-access/appeal", params={"lang": query}, headers=headers)
    assert Page(answer.text).all("html")[0]["lang"] == code


def test_links_to_other_languages_keep_the_token(known: House, at: At) -> None:
    """Whoever changes the language stays with their case."""
    token = link(known, "acme")
    page = Page(at(FRENCH).get(f"/region-access/appeal?token={token}").text)
    links = [one["href"] for one in page.all("a") if "hreflang" in one]
    assert len(links) == len(LANGUAGES)
    assert all(parse_qs(urlsplit(one).query)["token"] == [token] for one in links)


def test_the_token_leads_nowhere_but_to_the_appeal(known: House, at: At) -> None:
    """No other page and no other host gets it."""
    token = link(known, "acme")
    page = Page(at(FRENCH).get(f"/region-access/appeal?token={token}&lang=en").text)
    with_token = {urlsplit(one["href"]).path for one in page.all("a") if token in one["href"]}
    assert with_token == {"", "/region-access/appeal"}
    assert urlsplit(page.all("form")[0]["action"]).path == ""


def test_the_front_page_is_what_we_see(at: At) -> None:
    """With whatever was asked."""
    answer = at(FRENCH).get("/region-access/?lang=ru")
    assert answer.headers["location"] == "/region-access/see?lang=ru"


def test_a_network_that_asks_too_often_waits_and_others_do_not(at: At, house: House) -> None:
    """It is told for how long, in its language; each address of a /24 counts for all of it."""
    # At the usual rate a slow machine would be let in again before it has asked too often.
    house.limiter = Limiter({"page": Limit(rate=1 / 60, burst=3)})
    client, other = at(FRENCH), at(DISPUTED)
    answers = [client.get("/region-access/appeal") for _ in range(4)]
    assert [one.status_code for one in answers] == [200, 200, 200, 429]
    waiting = at("20.0.0.200").get("/region-access/see?lang=es")
    assert waiting.status_code == 429
    assert 1 <= int(waiting.headers["retry-after"]) <= 60
    assert "Su red pregunta con demasiada frecuencia." in Page(waiting.text).said
    assert other.get("/region-access/appeal").status_code == 200
    program = client.get("/region-access/see", headers={"accept": "application/json"})
    assert program.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_other_methods_do_nothing(at: At, method: str) -> None:
    """A page is read, and an appeal is posted."""
    assert at(FRENCH).request(method, "/region-access/appeal").status_code == 405
