"""Traces and logs over OTLP, to a collector on this machine."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from regiongate.domain.errors import CannotRun
from regiongate.server.app import create_app
from regiongate.server.entry.cookies import session_name
from regiongate.server.house import House
from regiongate.server.observe.request_log import REQUESTS
from regiongate.server.observe.tracing import Signals, traced, wanted
from tests.support.collector import Collector, running_collector, said
from tests.support.house import URL, browser

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
THEIRS = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    """A collector, and the environment that names it."""
    with running_collector() as found:
        monkeypatch.setenv(ENDPOINT, found.url)
        yield found


def _ask(house: House, path: str, *, person: str | None = None, **headers: str) -> int:
    """One request to a server that is traced; everything has been sent when it returns."""
    app = create_app(house)
    cookies = None if person is None else dict(browser(house, person).cookies)
    with traced(app, house.database):
        client = TestClient(
            app,
            base_url=URL,
            cookies=cookies,
            headers={"accept": "text/html", **headers},
            client=("203.0.113.77", 50000),
            raise_server_exceptions=False,
            follow_redirects=False,
        )
        return client.get(path).status_code


def test_a_request_is_a_span(house: House, collector: Collector) -> None:
    """With its template, its method and its status, of the service by its name."""
    assert _ask(house, "/console/login") == 200
    span = collector.named("GET /console/login")
    found = said(span.attributes)
    assert found == {
        "http.request.method": "GET",
        "http.route": "/console/login",
        "http.response.status_code": 200,
        "url.scheme": "http",
    }
    assert {one["service.name"] for one in collector.resources} == {"regiongate"}


def test_statements_are_spans_below_it(house: House, collector: Collector) -> None:
    """The text of each, as it was prepared; never a value."""
    assert _ask(house, "/console/cases", person="anna") == 200
    request = collector.named("GET /console/cases")
    below = [span for span in collector.spans if span.parent_span_id]
    assert {span.trace_id for span in below} == {request.trace_id}
    texts = [str(said(span.attributes)["db.query.text"]) for span in below]
    assert any(text.startswith("SELECT") and "?" in text for text in texts)
    assert {said(span.attributes)["db.system.name"] for span in below} == {"sqlite"}
    assert b"anna" not in collector.raw


def test_nobody_is_named(house: House, collector: Collector) -> None:
    """No number of a case, no query, no address, no header, and no cookie leaves the server."""
    secret = browser(house, "anna").cookies[session_name(house.settings)]
    path = "/console/cases/4711?text=acme"
    _ask(house, path, person="anna", user_agent="Browser/9", cookie_hint="x")
    assert collector.spans and collector.logs
    for word in ("4711", "acme", "203.0.113", "Browser/9", "anna", secret):
        assert word.encode() not in collector.raw


def test_a_log_record_is_of_its_trace(house: House, collector: Collector) -> None:
    """So that from a line one finds the request, and from a request its lines."""
    _ask(house, "/console/login")
    (record,) = collector.logs
    span = collector.named("GET /console/login")
    assert (record.trace_id, record.span_id) == (span.trace_id, span.span_id)
    assert said(record.attributes)["http.route"] == "/console/login"


def test_a_clients_trace_is_a_link(house: House, collector: Collector) -> None:
    """Nobody outside chooses the trace that a request is part of, or that it is sampled."""
    _ask(house, "/console/login", traceparent=THEIRS)
    span = collector.named("GET /console/login")
    (link,) = span.links
    assert link.trace_id.hex() == THEIRS.split("-")[1]
    assert span.trace_id != link.trace_id and not span.parent_span_id


def test_what_leads_nowhere_is_one_span(house: House, collector: Collector) -> None:
    """A scanner makes no names."""
    assert _ask(house, "/wp-admin/setup.php") == 404
    assert [span.name for span in collector.spans] == ["GET"]


def test_an_error_is_told_without_its_words(
    house: House, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What broke may hold anything."""

    def broken(*_: object) -> None:
        raise RuntimeError("the address of Li is 198.51.100.9")

    monkeypatch.setattr("regiongate.server.console.login.inside", broken)
    assert _ask(house, "/console/login") == 500
    span = collector.named("GET /console/login")
    assert said(span.attributes)["http.response.status_code"] == 500
    assert span.status.code == 2
    assert b"198.51.100.9" not in collector.raw


def test_the_standard_variables_count(
    house: House, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The service's name and the sampler are OpenTelemetry's own."""
    monkeypatch.setenv("OTEL_SERVICE_NAME", "regions")
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", "always_off")
    _ask(house, "/console/login")
    assert collector.spans == []
    assert {one["service.name"] for one in collector.resources} == {"regions"}


@pytest.mark.parametrize(
    ("environment", "signals"),
    [
        ({}, (False, False)),
        ({ENDPOINT: "http://c"}, (True, True)),
        ({ENDPOINT: "http://c", "OTEL_SDK_DISABLED": "true"}, (False, False)),
        ({ENDPOINT: "http://c", "OTEL_LOGS_EXPORTER": "none"}, (True, False)),
        ({"OTEL_EXPORTER_OTLP_LOGS_ENDPOINT": "http://c/v1/logs"}, (False, True)),
    ],
)
def test_what_is_sent(environment: dict[str, str], signals: tuple[bool, bool]) -> None:
    """Nothing unless it is asked for, and each signal by itself."""
    assert wanted(environment) == Signals(*signals)


def test_another_protocol_is_refused() -> None:
    """Rather than send nothing in silence."""
    with pytest.raises(CannotRun, match="'grpc': only http/protobuf"):
        wanted({ENDPOINT: "http://c", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"})


def test_nothing_is_left_behind(house: House, collector: Collector) -> None:
    """When the server ends, its loggers send nothing any more."""
    before = list(REQUESTS.handlers)
    _ask(house, "/console/login")
    assert REQUESTS.handlers == before
    assert logging.getLogger().handlers is not None
