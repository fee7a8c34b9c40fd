"""HEAD is answered wherever GET is, with the same headers and nothing else (RFC 9110, 9.3.2)."""

from __future__ import annotations

from itertools import product
from typing import Any

from regiongate.server.house import House
from tests.support.house import browser, program, visitor

PLACES = (
    "/console/",
    "/console/cases",
    "/console/cases/999",
    "/console/login",
    "/static/look.css",
    "/region-access/",
    "/region-access/measure",
    "/region-access/switch",
    "/region-access/none",
    "/api/v1/cases",
    "/api/v1/cases/999",
    "/api/v1/openapi.json",
    "/health/live",
    "/metrics",
    "/nowhere",
)
_OF_EACH = {"x-request-id", "retry-after"}


def test_head_is_get_without_its_body(house: House) -> None:
    """Same status, same length, same everything; for a person, a program and a stranger."""
    clients = browser(house, "anna"), program(house, "anna"), visitor(house)
    for client, place in product(clients, PLACES):
        got, asked = client.get(place), client.head(place)
        assert (asked.status_code, asked.content) == (got.status_code, b""), place
        if place != "/metrics":  # Its numbers count the request before.
            assert _said(asked) == _said(got), place


def _said(answer: Any) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name not in _OF_EACH}


def test_what_only_changes_answers_no_head(house: House) -> None:
    """And what does not take a method says which it takes."""
    client = program(house, "anna")
    assert client.head("/api/v1/cases/1/notes").status_code == 405
    answer = client.delete("/api/v1/overview")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


def test_a_head_is_counted_as_one(house: House) -> None:
    """The numbers of the server tell it from a GET."""
    client = visitor(house)
    client.head("/health/live")
    assert 'method="HEAD",route="/health/live"' in client.get("/metrics").text
