"""The same request gets the same answer by every door, and it is the gateway's."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.guard.cases import CASES, Case
from tests.guard.doors import DOORS
from tests.support.gateway import Gateway

pytestmark = pytest.mark.envoy

_COMPARED = ("content-type", "cache-control")
_WARNING = ("sunset", "x-region-access", "link")
_WITHOUT_WARNINGS = ("forward-auth", "caddy")
"""Traefik and Caddy hand what the service says to the API only."""
_TO_THE_API = ("country", "region", "cloud", "class", "verdict", "would", "rule", "generation")
_LETS_THROUGH = ("forward-auth",)
"""Where a client's words with underscores arrive, as they do behind Traefik."""

_COPIED = {"caddy": ("class", "verdict", "rule")}
"""What a proxy is told to hand on where that is not everything."""


def _ask(port: int, case: Case) -> httpx.Response:
    lines = [line.split(": ", 1) for line in case.headers]
    headers = [(name.encode(), value.encode("latin-1")) for name, value in lines]
    url = httpx.URL(f"http://127.0.0.1:{port}", raw_path=case.target.encode())
    return httpx.get(url, headers=headers, timeout=30)


def _body(answer: httpx.Response) -> dict[str, Any]:
    """The words of an answer of ours, without what differs in each."""
    said: dict[str, Any] = answer.json()
    for part in (said, said.get("error", {})):
        if "request_id" in part:
            assert part.pop("request_id") == answer.headers["x-request-id"]
    return said


def _code(said: dict[str, Any]) -> object:
    return said.get("error", said).get("code")


def _installed(program: str) -> pytest.MarkDecorator:
    hint = f"needs Debian's {program}: apt-get install {program}"
    return pytest.mark.skipif(shutil.which(program) is None, reason=hint)


_NEEDS = {
    "auth-request": (pytest.mark.nginx, _installed("nginx")),
    "caddy": (_installed("caddy"),),
}
_DOORS = [
    "gateway",
    *(pytest.param(door, marks=_NEEDS.get(door, ())) for door in DOORS),
]


@pytest.mark.parametrize("door", _DOORS)
@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.world}: {case.name}")
def test_every_door(
    door: str,
    case: Case,
    worlds: Callable[[str], Gateway],
    doors: Callable[[str, str], int],
) -> None:
    """Status, body, warning and what the API learns are those of the table, and the gateway's."""
    gateway = _ask(worlds(case.world).port, case)
    answer = gateway if door == "gateway" else _ask(doors(door, case.world), case)
    assert answer.status_code == case.status
    warned = () if door in _WITHOUT_WARNINGS and case.status == 200 else _WARNING
    for name in (*_COMPARED, *warned):
        if name != "content-type" or case.status not in (200, 404):
            assert answer.headers.get(name) == gateway.headers.get(name), name
    assert answer.headers["x-request-id"]
    for name, text in case.told.items() if warned else ():
        assert answer.headers[name] == text
    if case.target.startswith("/v1/echo") and case.status == 200:
        _same_headers(door, case, gateway.json()["headers"], answer.json()["headers"])
    elif case.status != 404 and not case.target.startswith("/healthz"):
        said = _body(answer)
        assert said == _body(gateway)
        assert case.code is None or _code(said) == case.code
        assert case.said.items() <= said.items()


def _same_headers(door: str, case: Case, gateway: dict[str, str], ours: dict[str, str]) -> None:
    copied = {f"x-regiongate-{part}" for part in _COPIED.get(door, _TO_THE_API)}
    for name in copied:
        assert ours.get(name) == gateway.get(name), name
    if door not in _LETS_THROUGH:
        assert not [name for name in ours if "regiongate" in name and "_" in name]
    told = {name: text for name, text in case.api.items() if door not in _COPIED or name in copied}
    assert told.items() <= ours.items()
