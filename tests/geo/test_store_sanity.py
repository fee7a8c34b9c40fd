"""What speaks against a new version of a source, and what was counted to know it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regiongate.domain.source import Age
from regiongate.geo.source import SourceTable
from regiongate.geo.store.coverage import Coverage, Move, coverage, moves
from regiongate.geo.store.recipe import Recipe
from regiongate.geo.store.sanity import change, objections, objections_after
from tests.support.bundles import table
from tests.support.sources import AT, JUNE, WORLD

RECIPE = Recipe("mine")


def made(said: Mapping[str, str], on: date = JUNE) -> SourceTable:
    found = table("mine", said)
    return replace(found, source=replace(found.source, date=on))


def against(before: SourceTable, after: SourceTable, recipe: Recipe = RECIPE) -> str:
    return "; ".join(objections_after(before, after, change(before, after), recipe))


OLD = made({**WORLD, "2a00::/16": "FR", "2b00::/16": "DE"})


@pytest.mark.parametrize(
    ("after", "said"),
    [
        (OLD, ""),
        (made({**WORLD, "2a00::/16": "FR", "2b00::/16": "DE", "30.0.0.0/8": "US"}), ""),
        (made(WORLD), "it covers 0% of the IPv6 addresses that it covered, at least 80%"),
        (
            made({"20.0.0.0/8": "FR", "21.0.0.0/9": "DE", "2a00::/15": "FR", "2b00::/16": "DE"}),
            "it covers 30% of the IPv4 addresses that it covered, at least 80%",
        ),
        (
            made({**WORLD, "20.0.0.0/8": "ES", "2a00::/16": "FR", "2b00::/16": "DE"}),
            "20.0% of the addresses have another region, at most 10%",
        ),
        (
            made({**WORLD, "2a00::/16": "FR", "2b00::/16": "FR"}),
            "50.0% of the addresses have another region, at most 10%",
        ),
        (
            made({**WORLD, "2a00::/16": "FR", "2b00::/16": "DE"}, JUNE - timedelta(days=1)),
            "its data is of 2026-06-16, older than that of 2026-06-17",
        ),
    ],
)
def test_objections_to_a_following_version(after: SourceTable, said: str) -> None:
    """Older data, addresses gone in either family, and addresses that changed region."""
    assert against(OLD, after) == said


def test_limits_are_the_recipes() -> None:
    """Who knows a source to move may say so."""
    after = made({**WORLD, "20.0.0.0/8": "ES", "2a00::/16": "FR", "2b00::/16": "DE"})
    assert against(OLD, after, replace(RECIPE, most_moved=0.2)) == ""
    few = made({"20.0.0.0/8": "FR", "2a00::/16": "FR", "2b00::/16": "DE"})
    assert against(OLD, few, replace(RECIPE, least_covered=0.2)) == ""


def test_objections_to_a_version_alone() -> None:
    """Data from the future, and a file that says nothing."""
    today = AT.date()
    assert objections(made(WORLD, today), AT) == []
    assert objections(made(WORLD, today + timedelta(days=1)), AT) == []
    assert objections(made(WORLD, today + timedelta(days=3)), AT) == [
        "its data is of 2026-07-23, a day that has not come yet"
    ]
    assert "says nothing of any address" in objections(made({}), AT)[0]


def test_what_is_counted() -> None:
    """IPv4 addresses one by one, IPv6 by networks of 48 bits."""
    assert coverage(OLD.steps) == Coverage(5 << 24, 2 << 32)
    assert coverage(made({"::/0": "FR"}).steps) == Coverage(1 << 32, 1 << 48)
    assert coverage(made({}).steps) == Coverage(0, 0)
    assert moves(OLD, made({**WORLD, "20.0.0.0/9": "ES", "2a00::/16": "FR"})) == [
        Move("FR", "ES", 1 << 23, 0),
        Move("DE", None, 0, 1 << 32),
    ]


networks = st.dictionaries(
    st.sampled_from(
        [str(net) for net in ip_network("20.0.0.0/28").subnets(new_prefix=30)]
        + [str(net) for net in ip_network("2a00::/30").subnets(new_prefix=32)]
    ),
    st.sampled_from(["FR", "DE", "US"]),
)


@settings(max_examples=100, deadline=None)
@given(networks, networks)
def test_moves_are_those_of_single_addresses(before: dict[str, str], after: dict[str, str]) -> None:
    """Counting by hand gives the same."""
    expected: dict[tuple[str | None, str | None], list[int]] = {}
    for net in {*before, *after}:
        pair = before.get(net), after.get(net)
        if pair[0] != pair[1]:
            counts = expected.setdefault(pair, [0, 0])
            if ip_address(net.partition("/")[0]).version == 4:
                counts[0] += 4
            else:
                counts[1] += 1 << 16
    found = {(m.before, m.after): [m.ipv4, m.ipv6] for m in moves(made(before), made(after))}
    assert found == expected


def test_age() -> None:
    """Days count from 00:00 UTC, and stale begins at an instant."""
    age = Age(JUNE, 33)
    assert (age.days(AT), age.is_stale(AT)) == (33, True)
    assert age.stale_from.isoformat() == "2026-07-20T00:00:00+00:00"
    before = age.stale_from - timedelta(microseconds=1)
    assert (age.days(before), age.is_stale(before)) == (32, False)
    assert age.days(before.replace(month=6, day=1)) == -16
