"""Login through an OpenID provider by the routes of the server, and whoever attacks it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from regiongate.server.entry.cookies import pending_name, session_name
from regiongate.server.house import House
from regiongate.server.security.oidc import Provider
from tests.support.house import AT, visitor
from tests.support.openid import OpenId, SigningKey, running_openid

THERE, BACK = "/console/login/oidc", "/console/login/oidc/back"
KEY = SigningKey("one")


@pytest.fixture
def openid(house: House) -> Iterator[OpenId]:
    """A provider that does everything right, and the house that believes it."""
    with running_openid(AT.timestamp(), KEY) as found:
        provider = Provider(found.issuer, found.client_id, found.client_secret)
        house.settings = replace(house.settings, oidc=provider)
        yield found


def _begun(client: TestClient, next: str = "/console/cases") -> str:
    """Begin a login; where the browser is sent."""
    answer = client.get(THERE, params={"next": next})
    assert answer.status_code == 303
    return answer.headers["location"]


def _log_in(client: TestClient, openid: OpenId, person: str = "anna", **changed: str) -> Response:
    """There and back again, with what an attacker changes on the way back."""
    query = openid.log_in(_begun(client), person) | changed
    return client.get(BACK, params=query)


def test_a_person_logs_in(house: House, openid: OpenId) -> None:
    """They come to where they wanted to go, as who they are, and the pending cookie goes."""
    client = visitor(house)
    answer = _log_in(client, openid)
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/cases")
    assert pending_name(house.settings) not in client.cookies
    assert "anna" in client.get("/console/cases").text


def test_the_provider_is_told_where_to_send_people_back(house: House, openid: OpenId) -> None:
    """To this server, by its own name, whatever a request calls it."""
    url = _begun(visitor(house))
    asked = dict(parse_qsl(urlsplit(url).query))
    assert asked["redirect_uri"] == house.settings.url + BACK


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example", "/console/\\evil"])
def test_nobody_is_sent_elsewhere(house: House, openid: OpenId, wanted: str) -> None:
    """A link to the login cannot name another site to go to afterwards."""
    client = visitor(house)
    answer = client.get(BACK, params=openid.log_in(_begun(client, wanted), "anna"))
    assert answer.headers["location"] == "/console/"


@pytest.mark.parametrize(
    "changed",
    [{"state": "another"}, {"iss": "https://evil.example"}, {"error": "access_denied"}],
    ids=["state", "issuer", "error"],
)
def test_an_answer_that_was_not_asked_for(
    house: House, openid: OpenId, changed: dict[str, str]
) -> None:
    """What somebody else made of the way back lets nobody in, and asks nothing of the provider."""
    client = visitor(house)
    answer = _log_in(client, openid, **changed)
    assert answer.status_code == 403
    assert session_name(house.settings) not in client.cookies
    assert openid.asked == ["openid-configuration"]


def test_a_code_of_somebody_else(house: House, openid: OpenId) -> None:
    """A code that another browser got is worth nothing here: its verifier is not ours."""
    theirs = openid.log_in(_begun(visitor(house)), "root")
    client = visitor(house)
    mine = openid.log_in(_begun(client), "otto")
    answer = client.get(BACK, params=mine | {"code": theirs["code"]})
    assert answer.status_code == 403
    assert session_name(house.settings) not in client.cookies


def test_a_code_is_used_once(house: House, openid: OpenId) -> None:
    """Who finds the way back in a history finds nothing."""
    client = visitor(house)
    url = _begun(client)
    kept = client.cookies.get(pending_name(house.settings))
    query = openid.log_in(url, "anna")
    assert client.get(BACK, params=query).status_code == 303
    again = visitor(house)
    again.cookies.set(pending_name(house.settings), kept or "")
    assert again.get(BACK, params=query).status_code == 403


@pytest.mark.parametrize("cookie", ["", "e30.x", "é", "e30"])
def test_a_login_that_was_not_begun_here(house: House, openid: OpenId, cookie: str) -> None:
    """Without our signature on it, what a browser says that it began counts for nothing."""
    client = visitor(house)
    query = openid.log_in(_begun(client), "anna")
    client.cookies.clear()
    header = f"{pending_name(house.settings)}={cookie}".encode()
    assert client.get(BACK, params=query, headers={b"cookie": header}).status_code == 403


def test_a_token_that_somebody_else_signed(house: House, openid: OpenId) -> None:
    """It lets nobody in."""
    openid.sign = SigningKey("one").sign
    assert _log_in(visitor(house), openid).status_code == 403


def test_somebody_unknown_is_refused_and_counted(house: House, openid: OpenId) -> None:
    """The provider may know more people than we do; whoever tries names must wait."""
    client = visitor(house)
    for _ in range(10):
        answer = _log_in(client, openid, "nobody")
        assert answer.status_code == 403
        assert "nobody is called" in answer.text
    answer = client.get(THERE)
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0


@pytest.mark.parametrize(
    "broken",
    [
        {"openid-configuration": (500, "")},
        {"openid-configuration": (302, "{}")},
        {"token_endpoint": (500, "")},
        {"token_endpoint": (200, "no JSON")},
        {"jwks_uri": (503, "")},
    ],
    ids=["document", "redirect", "token", "words", "keys"],
)
def test_a_broken_provider(
    house: House, openid: OpenId, broken: dict[str, tuple[int, str]]
) -> None:
    """It is told as such, and nobody has guessed wrong: all can log in once it works again."""
    client = visitor(house)
    for _ in range(11):
        url = _begun(client)
        query = openid.log_in(url, "anna")
        openid.broken = broken
        answer = client.get(BACK, params=query, headers={"accept": "application/json"})
        assert answer.status_code == 502
        assert answer.json()["type"] == "urn:regiongate:problem:bad-gateway"
        openid.broken = {}
    assert _log_in(client, openid).status_code == 303


def test_a_provider_that_is_not_there(house: House, openid: OpenId) -> None:
    """The login cannot begin, and says why."""
    openid.broken = {"openid-configuration": (500, "")}
    assert visitor(house).get(THERE).status_code == 502


def test_logins_have_a_pace(house: House, openid: OpenId) -> None:
    """Nobody makes this server ask its provider without end; other networks are not held up."""
    client = visitor(house)
    statuses = [client.get(THERE).status_code for _ in range(21)]
    assert statuses == [303] * 20 + [429]
    assert visitor(house, "198.51.100.7").get(THERE).status_code == 303


def test_one_time_codes_have_a_pace(house: House) -> None:
    """The same holds for the other way in."""
    client = visitor(house)
    statuses = {client.post("/console/login", data={"code": "x"}).status_code for _ in range(21)}
    assert statuses == {403, 429}


def test_the_pending_cookie_is_bound_to_its_host(house: House, openid: OpenId) -> None:
    """Over TLS no neighbour of the same domain can plant one (`__Host-`)."""
    house.settings = replace(house.settings, url="https://regions.example.com")
    answer = visitor(house).get(THERE)
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-regiongate-login=")
    assert {"Secure", "HttpOnly", "Path=/"} <= set(cookie.split("; "))
    assert "domain" not in cookie.lower()
    asked = parse_qs(urlsplit(answer.headers["location"]).query)
    assert asked["redirect_uri"] == ["https://regions.example.com" + BACK]


def test_nothing_is_there_without_a_provider(house: House) -> None:
    """Whoever is not configured is not asked."""
    assert visitor(house).get(THERE).status_code == 404
    assert visitor(house).get(BACK).status_code == 404
