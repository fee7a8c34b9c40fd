"""The log of the server: one line of JSON for each request, and what stands in none."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from regiongate.server.entry.client import SETTLED
from regiongate.server.house import House
from regiongate.server.observe.request_log import ERRORS, REQUESTS, JsonLines
from tests.support.house import browser, visitor


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What both loggers write."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonLines())
    level = REQUESTS.level
    REQUESTS.setLevel(logging.INFO)
    for logger in (REQUESTS, ERRORS):
        logger.addHandler(handler)
    yield written
    for logger in (REQUESTS, ERRORS):
        logger.removeHandler(handler)
    REQUESTS.setLevel(level)


def _lines(log: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


def test_a_request_is_a_line(house: House, log: io.StringIO) -> None:
    """When, what, how it ended, how long it took, who asked, and from which network."""
    client = browser(house, "anna")
    answer = client.get("/console/cases?text=acme")
    (line,) = _lines(log)
    assert line.pop("ms") >= 0
    assert line.pop("time").endswith("+00:00")
    assert line == {
        "level": "info",
        "message": "request",
        "method": "GET",
        "route": "/console/cases",
        "status": 200,
        "request_id": answer.headers["x-request-id"],
        "person": "anna",
        "network": "127.0.0.0/24",
    }


def test_no_line_says_more_than_it_must(house: House, log: io.StringIO) -> None:
    """No path, no query, no whole address, no header: they hold names, links and secrets."""
    client = visitor(house, "2001:db8:1:2::99")
    client.get("/console/login?code=rgl_secret", headers={"user-agent": "Browser/9"})
    client.get("/region-access/appeal/a-token-of-somebody")
    assert [line["network"] for line in _lines(log)] == ["2001:db8:1::/48"] * 2
    for word in ("rgl_secret", "a-token-of-somebody", "::99", "Browser"):
        assert word not in log.getvalue()


def test_the_gateways_request_id_is_kept(house: House, log: io.StringIO) -> None:
    """So one request is found in both logs; what is no id is replaced, not believed."""
    client = visitor(house)
    said = "0b4ad6ea-7a0e-4f3e-8a36-3c0f3a9a1f00"
    assert (
        client.get("/health/live", headers={"x-request-id": said}).headers["x-request-id"] == said
    )
    client.get("/health/live", headers={"x-request-id": 'a"b\\c' * 100})
    ids = [line["request_id"] for line in _lines(log)]
    assert ids[0] == said and len(ids[1]) == 36


def test_an_address_that_cannot_be_read_is_none(house: House, log: io.StringIO) -> None:
    """Nothing else is put in its place."""
    visitor(house).get("/region-access/", headers={SETTLED: "nonsense"})
    assert _lines(log)[0]["network"] is None


def test_what_breaks_is_a_line_too(
    house: House, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With its status, and the traceback in a line of its own."""

    def broken(*_: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr("regiongate.server.console.login.inside", broken)
    visitor(house).get("/console/login")
    assert [line["status"] for line in _lines(log)] == [500]
    try:
        broken()
    except RuntimeError:
        ERRORS.exception("Exception in ASGI application")
    assert "RuntimeError: broken" in _lines(log)[-1]["exception"]
