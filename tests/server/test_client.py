"""Whose word about a client's address counts."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_network
from typing import Any

import pytest
from starlette.requests import Request

from regiongate.server.entry.client import client_of
from regiongate.server.house import House
from regiongate.server.problem import Refused

PUBLIC, CONSOLE = "/region-access/see", "/console/login"


def _asked(path: str, peer: str, *headers: tuple[str, str]) -> Request:
    raw = [(name.encode(), value.encode()) for name, value in headers]
    scope: dict[str, Any] = {"type": "http", "path": path, "headers": raw, "client": (peer, 5)}
    scope |= {"query_string": b"", "method": "GET", "scheme": "http", "server": ("x", 80)}
    return Request(scope)


SETTLED = ("x-regiongate-client-address", "192.0.2.7")
FORWARDED = ("x-forwarded-for", "203.0.113.1, 198.51.100.9")


@pytest.mark.parametrize(
    ("path", "peer", "headers", "expected"),
    [
        (PUBLIC, "127.0.0.1", [SETTLED], "192.0.2.7"),
        (CONSOLE, "127.0.0.1", [SETTLED], "127.0.0.1"),
        (PUBLIC, "10.9.9.9", [SETTLED], "10.9.9.9"),
        (CONSOLE, "10.1.1.1", [FORWARDED], "198.51.100.9"),
        (CONSOLE, "10.9.9.9", [FORWARDED], "10.9.9.9"),
        (CONSOLE, "10.1.1.1", [], "10.1.1.1"),
        (PUBLIC, "127.0.0.1", [(SETTLED[0], "fe80::1%eth0")], "fe80::1"),
        (PUBLIC, "::ffff:127.0.0.1", [SETTLED], "192.0.2.7"),
    ],
)
def test_only_those_who_are_trusted_speak_for_others(
    house: House, path: str, peer: str, headers: list[tuple[str, str]], expected: str
) -> None:
    """The gateway for public pages, a proxy that was named for the rest, nobody else."""
    house.settings = replace(house.settings, proxies=(ip_network("10.1.0.0/16"),))
    assert str(client_of(_asked(path, peer, *headers), house)) == expected


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        (PUBLIC, [SETTLED, SETTLED]),
        (PUBLIC, [(SETTLED[0], "unknown")]),
        (CONSOLE, [("x-forwarded-for", "unknown")]),
    ],
)
def test_what_is_no_address_is_refused(
    house: House, path: str, headers: list[tuple[str, str]]
) -> None:
    """Nothing else is put in its place."""
    house.settings = replace(house.settings, proxies=(ip_network("127.0.0.0/8"),))
    with pytest.raises(Refused):
        client_of(_asked(path, "127.0.0.1", *headers), house)
