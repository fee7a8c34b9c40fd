"""What a hostile client can make up does not stay in memory, and does not change an answer."""

from __future__ import annotations

from ipaddress import ip_network
from types import SimpleNamespace
from typing import Any
from uuid import RFC_4122, UUID

import pytest

from regiongate.guard import said, stripped
from regiongate.guard.address import Addresses
from regiongate.guard.request_id import fresh

PROXY = ip_network("127.0.0.0/8")


def _answer() -> Any:
    words = dict.fromkeys(("country", "region", "rule", "generation"), "x")
    verdict = SimpleNamespace(value="allow")
    return SimpleNamespace(**words, verdict=verdict, would=verdict, place_class=verdict)


def test_sayings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names of organizations are forgotten when they are many, and long ones are not kept."""
    monkeypatch.setattr(said, "MOST", 3)
    sayings, answer = said.Sayings(), _answer()
    names = [*map(str, range(10)), "x" * (said.LONGEST + 1)]
    for name in names:
        assert sayings.of(answer, None, name).text["x-regiongate-organization"] == name
        assert len(sayings._known) <= 3
    assert sayings.of(answer, None, "9") is sayings.of(answer, None, "9")


def test_said_of_two_answers() -> None:
    """Two answers that are equal in all but one word are not mistaken for each other."""
    sayings, first, second = said.Sayings(), _answer(), _answer()
    second.rule = "y"
    assert [sayings.of(a, None, None).text["x-regiongate-rule"] for a in (first, second)] == [
        "x",
        "y",
    ]


def test_long_parts() -> None:
    """An address among many blanks is read, and not remembered."""
    addresses = Addresses((PROXY,), 0)
    part = b" " * 5000 + b"192.0.2.1"
    assert addresses.settle("127.0.0.1", [part]) == ("192.0.2.1", True)
    assert addresses._part.cache_info().currsize == 0


def test_long_names() -> None:
    """A header of ours with a very long name is removed, and its name is not remembered."""
    before = stripped._replaced.cache_info().currsize
    assert stripped.is_replaced(b"x-regiongate-" + b"a" * 5000, None)
    assert not stripped.is_replaced(b"x-" + b"a" * 5000, None)
    assert stripped._replaced.cache_info().currsize == before


def test_ids() -> None:
    """Ids are random UUIDs of version 4 (RFC 9562), no two the same."""
    found = {fresh() for _ in range(1000)}
    assert len(found) == 1000
    assert {(UUID(one).version, UUID(one).variant, str(UUID(one)) == one) for one in found} == {
        (4, RFC_4122, True)
    }
