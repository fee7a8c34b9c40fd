"""The shorter lists, a page at a time: people, tokens, drafts and corrections."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from ipaddress import ip_network
from typing import Any

import pytest

from regiongate.control.grant import correct
from regiongate.control.grant.correct import Located
from regiongate.control.grant.terms import Terms
from regiongate.server.house import House
from regiongate.store.database import Database
from regiongate.store.drafts import Drafts
from tests.server.api.walk import Walk
from tests.support.house import AT, PEOPLE, Clock, house_over

NETWORKS = [f"198.51.{number}.0/24" for number in range(7)]


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    """A house with seven drafts and seven corrections, one of which has ended."""
    folder = tmp_path_factory.mktemp("lists")
    database = Database.open(f"sqlite:///{folder}/regiongate.db")
    house = house_over(database, folder, Clock())
    _fill(house)
    yield Walk(house)
    database.close()


def _fill(house: House) -> None:
    with house.writing() as connection:
        for hours, network in enumerate(NETWORKS):
            at = AT - timedelta(hours=hours)
            Drafts(connection).propose(f"a: {hours}\n", None, "otto", at, "why")
            terms = Terms("seen there", "anna", None)
            [made] = correct.correct(connection, [Located(ip_network(network), "FR")], terms, at)
        correct.withdraw(connection, made.id, "anna", "gone", AT)


def _all(walk: Walk, path: str, person: str = "vera") -> list[Any]:
    """The rows of a list, two at a time, forward; and backward they are the same."""
    rows, back, ahead = [], [], "&"
    while True:
        page = walk.get(f"{path}limit=2{ahead}", person)
        rows += page["rows"]
        if page["next"] is None:
            break
        ahead = f"&cursor={page['next']}"
    back = page["rows"]
    while page["previous"] is not None:
        page = walk.get(f"{path}limit=2&cursor={page['previous']}", person)
        back = page["rows"] + back
    assert back == rows and len(rows) > 2, path
    return rows


def test_each_list_has_pages(walk: Walk) -> None:
    """Each row is on one of them, in an order that stays."""
    assert [one["name"] for one in _all(walk, "people?")] == sorted(PEOPLE)
    assert [one["number"] for one in _all(walk, "policy/drafts?")] == [7, 6, 5, 4, 3, 2, 1]
    assert [one["network"] for one in _all(walk, "corrections?")] == NETWORKS[:-1]
    assert [one["network"] for one in _all(walk, "corrections?ended=true&")] == NETWORKS


def test_tokens_of_others_are_for_who_manages_them(walk: Walk) -> None:
    """An admin sees them all, everybody else their own."""
    assert {one["person"] for one in _all(walk, "tokens?", "root")} == set(PEOPLE)
    assert {one["person"] for one in walk.get("tokens")["rows"]} == {"vera"}
