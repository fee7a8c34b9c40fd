"""What every answer carries, whatever was asked: nothing inline, nothing kept, nothing said."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

import regiongate.server
from regiongate.server.house import House
from regiongate.server.security.headers import HEADERS
from tests.support.house import URL, browser, program, visitor

PLACES = (
    "/console/",
    "/console/cases",
    "/console/cases/999",
    "/console/cases?state=nonsense",
    "/console/login",
    "/console/audit?cursor=nonsense",
    "/console",
    "/nowhere",
    "/static/look.css",
    "/static/none.css",
    "/static",
    "/api/v1/cases",
    "/api/v1/openapi.json",
    "/region-access/see",
    "/region-access/none",
    "/health/live",
    "/",
)
_INLINE = re.compile(
    r"<style|\sstyle\s*=|\son[a-z]+\s*=|javascript:|<script(?![^>]*\ssrc=)|<iframe|<object|<embed"
    r"|<base\b|(?:src|href|action)\s*=\s*[\"']?(?:https?:)?//",
    re.IGNORECASE,
)
TEMPLATES = sorted(Path(regiongate.server.__file__).parent.rglob("templates/*.html"))


def _same_headers(answer: object, client: TestClient) -> None:
    headers = answer.headers  # type: ignore[attr-defined]
    for name, value in HEADERS.items():
        assert headers[name] == value, name
    assert "server" not in headers
    assert "x-powered-by" not in headers


@pytest.mark.parametrize("place", PLACES)
def test_every_answer_has_the_headers(house: House, place: str) -> None:
    """Pages, errors, redirects and static files alike, for a person, a stranger and a program."""
    for client in (browser(house, "anna"), visitor(house), program(house, "anna")):
        answer = client.get(place)
        assert answer.status_code < 500, answer.text
        _same_headers(answer, client)


@pytest.mark.parametrize("method", ["TRACE", "TRACK", "CONNECT", "PUT", "DELETE", "PATCH", "NONE"])
def test_odd_methods_are_refused(house: House, method: str) -> None:
    """None of them is answered with what it sent, and the refusal has the headers too."""
    client = browser(house, "anna")
    for place in ("/console/cases", "/static/look.css", "/region-access/see", "/console/login"):
        answer = client.request(method, place, headers={"x-secret": "echo-me"})
        assert answer.status_code in (404, 405), (method, place)
        assert "echo-me" not in answer.text
        _same_headers(answer, client)


def test_what_breaks_has_the_headers_and_says_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error that nobody foresaw is no page without a policy, and no stack to read."""

    def broken(*_: object) -> None:
        raise RuntimeError("password=hunter2")

    monkeypatch.setattr("regiongate.server.console.overview.cases_by_state", broken)
    client = browser(house, "anna")
    answer = client.get("/console/")
    assert answer.status_code == 500
    assert "hunter2" not in answer.text and "Traceback" not in answer.text
    _same_headers(answer, client)
    assert answer.headers["cache-control"] == "no-store"


def test_pages_are_not_kept_and_style_sheets_are(house: House) -> None:
    """A page may show personal data, so no browser and no proxy keeps it."""
    client = browser(house, "anna")
    for place in ("/console/", "/console/cases", "/console/login", "/console/explain"):
        assert client.get(place).headers["cache-control"] == "no-store", place
    assert visitor(house).get("/region-access/see").headers["cache-control"] == "no-store"
    assert program(house, "anna").get("/api/v1/cases/1").headers["cache-control"] == "no-store"


def test_over_tls_browsers_are_told_to_stay_there(house: House) -> None:
    """Only where the server is reached so (RFC 6797): a plain one must not promise it."""
    assert "strict-transport-security" not in visitor(house).get("/console/login").headers
    house.settings = replace(house.settings, url="https://regions.example.com")
    answer = visitor(house).get("/console/login")
    assert "max-age=31536000" in answer.headers["strict-transport-security"]


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: f"{path.parts[-3]}-{path.stem}")
def test_a_template_has_nothing_inline_and_nothing_from_elsewhere(template: Path) -> None:
    """What the policy of the pages forbids would silently not work."""
    markup = re.sub(r"{%.*?%}|{#.*?#}", " ", template.read_text("utf-8"), flags=re.DOTALL)
    found = _INLINE.findall(markup)
    assert found == []


@pytest.mark.parametrize(
    "place", ["", "cases", "policy", "explain?what=1.2.4.8", "sources", "sources/agreement"]
)
def test_a_rendered_page_has_nothing_inline(house: House, place: str) -> None:
    """Pictures included, which are drawn by us."""
    text = browser(house, "anna").get(f"/console/{place}").text
    assert _INLINE.findall(text) == []


@pytest.mark.parametrize("name", ["|safe", "autoescape false", "Markup"])
def test_no_template_turns_off_escaping(name: str) -> None:
    """Whatever a template shows is text."""
    assert not [path for path in TEMPLATES if name in path.read_text("utf-8")]


@pytest.mark.parametrize(
    "path",
    [
        "/static/../app.py",
        "/static/..%2fapp.py",
        "/static/%2e%2e/app.py",
        "/static/%2e%2e%2fapp.py",
        "/static/..%5capp.py",
        "/static//etc/passwd",
        "/static/%2fetc%2fpasswd",
        "/static/look.css%00.html",
        "/static/....//app.py",
        "/region-access/static/..%2f..%2fapp.py",
        "/region-access/static/%2e%2e",
    ],
)
def test_no_path_leads_out_of_the_static_files(house: House, path: str) -> None:
    """However it is written."""
    answer = visitor(house).get(path)
    assert answer.status_code in (400, 404, 303)
    assert "import" not in answer.text and "root:" not in answer.text


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1:8780@evil.example", "evil.example:80"])
@pytest.mark.parametrize("place", ["/console", "/console/cases", "/static", "/region-access", "/"])
def test_no_answer_believes_the_host_header(house: House, host: str, place: str) -> None:
    """Neither a redirect nor a link leads to whatever host a client, or a cache, has named."""
    for client in (visitor(house), browser(house, "anna")):
        answer = client.get(place, headers={"host": host, "x-forwarded-host": host})
        assert "evil" not in answer.headers.get("location", "")
        assert "evil" not in answer.text


def test_there_is_only_one_origin(house: House) -> None:
    """No other site may read an answer, and none is asked for before a request."""
    client = browser(house, "anna")
    headers = {"origin": "https://evil.example", "access-control-request-method": "POST"}
    for method in ("GET", "OPTIONS"):
        answer = client.request(method, "/console/cases", headers=headers)
        assert not [name for name in answer.headers if name.startswith("access-control-")]
    assert URL not in answer.headers.get("vary", "")
