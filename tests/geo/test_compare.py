"""Sources laid over each other and weighed, by hand and against a loop over addresses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from functools import cache
from ipaddress import ip_address, ip_network
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regiongate.geo.compare import agreement
from regiongate.geo.compare.agreement import Ballot, Country, Disagreement, Saying
from regiongate.geo.compare.overlay import overlay
from regiongate.geo.compare.traffic import read_traffic
from regiongate.geo.compare.weights import Amount, Share, Unit, by_addresses
from regiongate.geo.source import SourceError, SourceTable
from regiongate.geo.steps import distinct
from tests.support.bundles import table

V4 = [f"7.0.0.{last}" for last in range(32)]
V6 = [f"2a00:0:{number:x}::" for number in range(8)]
"""One address each of 8 networks of 48 bits."""

NETWORKS = [
    *(f"7.0.0.{last}/{length}" for length in (28, 30, 32) for last in range(0, 32, 16)),
    *("7.0.0.0/27", "2a00::/45", "2a00:0:4::/46", "2a00:0:5::/48"),
]
tables = st.dictionaries(
    st.sampled_from(NETWORKS), st.sampled_from(["FR", "HK", "UA", "UA-43", "CN"]), max_size=6
)


def _ballot(votes: list[Mapping[str, str]], unit: Unit) -> Ballot:
    sources = [table(f"s{number}", of) for number, of in enumerate(votes)]
    laid = overlay(sources)
    weights, _ = laid.totals(by_addresses(laid))
    return Ballot.of(laid, tuple(one.source.name for one in sources), weights, unit)


@cache
def _around(address: str) -> list[str]:
    """The networks around an address, the smallest first."""
    found = [network for network in NETWORKS if ip_address(address) in ip_network(network)]
    return sorted(found, key=lambda network: -ip_network(network).prefixlen)


def _says(votes: Mapping[str, str], address: str) -> str | None:
    """The country of the smallest network around an address."""
    return next((votes[n][:2] for n in _around(address) if n in votes), None)


def _count(holds: Callable[[str], bool]) -> Amount:
    return Amount(sum(map(holds, V4)), sum(map(holds, V6)))


def test_a_pair_by_hand() -> None:
    """Two sources: what both speak of, what one does, and the largest disagreement first."""
    a = {"7.0.0.0/28": "HK", "7.0.0.16/30": "FR", "2a00::/47": "HK"}
    b = {"7.0.0.0/30": "CN", "7.0.0.4/31": "US", "7.0.0.8/29": "HK", "8.0.0.0/32": "FR"}
    found = agreement.pair(_ballot([a, b], Unit("both")), 0, 1, 10)
    assert (found.both, found.only_a, found.only_b) == (Amount(14, 0), Amount(6, 2), Amount(1, 0))
    assert (found.differ, found.share) == (Amount(6, 0), Share(0.428571, None))
    assert found.disagreements == (
        Disagreement("HK", "CN", Amount(4, 0)),
        Disagreement("HK", "US", Amount(2, 0)),
    )
    assert found.sides_differ is None


def test_a_confirmation_by_hand() -> None:
    """Of a country of one source the other confirms a part, is silent on one, and says the rest."""
    a = {"7.0.0.0/28": "HK"}
    b = {"7.0.0.0/30": "CN", "7.0.0.4/31": "US", "7.0.0.8/30": "HK"}
    found = agreement.confirmations(_ballot([a, b], Unit("4")))
    (hk,) = (one for one in found if (one.of, one.country) == ("s0", "HK"))
    assert (hk.amount, hk.confirmed, hk.silent) == (
        Amount(16, None),
        Amount(4, None),
        Amount(6, None),
    )
    assert hk.share == Share(0.25, None)
    assert hk.instead == (
        Saying(None, Amount(6, None)),
        Saying("CN", Amount(4, None)),
        Saying("US", Amount(2, None)),
    )


def test_a_part_of_a_country_is_in_the_country() -> None:
    """UA-43 and UA are one country, so they are no disagreement on it."""
    ballot = _ballot([{"7.0.0.0/30": "UA-43"}, {"7.0.0.0/30": "UA"}], Unit("4"))
    assert agreement.pair(ballot, 0, 1, 10).differ == Amount(0, None)
    assert agreement.countries(ballot) == [
        Country("UA", Amount(4, None), Amount(0, None), Share(0.0, None))
    ]


def test_special_purpose_blocks_are_left_out() -> None:
    """What a source says of private addresses and of documentation is no vote."""
    said = {"10.0.0.0/8": "FR", "2001:db8::/32": "FR", "7.0.0.0/32": "FR"}
    laid = overlay([table("a", said)])
    weights, aside = laid.totals(by_addresses(laid))
    ballot = Ballot.of(laid, ("a",), weights, Unit("both"))
    assert ballot.amount(ballot.covered(0)) == Amount(1, 0)
    assert aside[0] == 592_709_632, "all IPv4 in special-purpose blocks"


@given(st.lists(tables, min_size=2, max_size=4))
def test_pairs_are_what_a_loop_over_addresses_counts(votes: list[Mapping[str, str]]) -> None:
    """Every amount of a pair is the number of addresses for which it holds."""
    a, b = votes[:2]
    found = agreement.pair(_ballot(votes, Unit("both")), 0, 1, 100)
    assert found.both == _count(lambda x: None not in (_says(a, x), _says(b, x)))
    assert found.only_a == _count(lambda x: _says(a, x) is not None and _says(b, x) is None)
    assert found.only_b == _count(lambda x: _says(b, x) is not None and _says(a, x) is None)
    assert found.differ == _count(
        lambda x: None not in (_says(a, x), _says(b, x)) and _says(a, x) != _says(b, x)
    )
    pairs = Counter((_says(a, x), _says(b, x)) for x in V4)
    listed = {(one.a, one.b): one.amount.ipv4 for one in found.disagreements}
    assert {pair: count for pair, count in listed.items() if count} == {
        pair: count for pair, count in pairs.items() if None not in pair and pair[0] != pair[1]
    }


@given(st.lists(tables, min_size=2, max_size=4))
def test_countries_are_what_a_loop_over_addresses_counts(votes: list[Mapping[str, str]]) -> None:
    """A country has what any source puts there, disputed where another says another country."""

    def said(address: str) -> set[str]:
        return {country for of in votes if (country := _says(of, address)) is not None}

    sets = {address: said(address) for address in [*V4, *V6]}
    found = agreement.countries(_ballot(votes, Unit("both")))
    for one in found:
        assert one.amount == _count(lambda x, c=one.country: c in sets[x])  # type: ignore[misc]
        assert one.disputed == _count(
            lambda x, c=one.country: c in sets[x] and len(sets[x]) > 1  # type: ignore[misc]
        )
    assert {one.country for one in found} == set().union(*sets.values())


@given(st.lists(st.lists(st.integers(-1, 3), min_size=2, max_size=2), min_size=1))
def test_distinct_rows(rows: list[list[int]]) -> None:
    """Each row has the number of its combination, and every combination is there once."""
    which, combinations = distinct(np.array(rows, dtype=np.int32))
    assert [combinations[number].tolist() for number in which] == rows
    assert len({tuple(row) for row in combinations.tolist()}) == len(combinations)


def test_distinct_rows_of_more_sources_than_an_integer_holds() -> None:
    """Rows that do not fit into one integer are still told apart."""
    rows = np.arange(40 * 7, dtype=np.int32).reshape(40, 7) % 1999 * 1_000_003 % 2_000_000
    which, combinations = distinct(rows.astype(np.int32))
    assert (combinations[which] == rows).all()


def _traffic(folder: Path, text: str) -> Path:
    path = folder / "survey.csv"
    path.write_text(text)
    return path


def _weighed(path: Path, source: SourceTable) -> tuple[list[float], list[float]]:
    laid = overlay([source])
    weights, aside = laid.totals(read_traffic(path).weights(laid))
    return [*weights.T.sum(axis=1).tolist()], aside.tolist()


def test_traffic_counts_at_its_addresses(tmp_path: Path) -> None:
    """Requests count where their address is, in each family, mapped and 6to4 ones as IPv4."""
    text = (
        "address,requests\n7.0.0.1,10\n8.8.8.8,5\n2a00::1,7\n::ffff:7.0.0.2,1\n"
        "2002:0700:0003::1,2\n10.1.2.3,100\n"
    )
    source = table("a", {"7.0.0.0/30": "FR", "2a00::/32": "DE"})
    laid = overlay([source])
    weights, aside = laid.totals(read_traffic(_traffic(tmp_path, text)).weights(laid))
    ballot = Ballot.of(laid, ("a",), weights, Unit("both"))
    assert ballot.amount(ballot.covered(0)) == Amount(13, 7)
    assert ballot.amount(~ballot.covered(0)) == Amount(5, 0)
    assert aside.tolist() == [100, 0], "private addresses have no region"


def test_requests_of_a_network_are_spread_over_it(tmp_path: Path) -> None:
    """Each part of a network gets its part of the requests, and none are lost."""
    path = _traffic(tmp_path, "7.0.0.0/30,100\n2a00::/47,8\n")
    source = table("a", {"7.0.0.0/32": "FR", "2a00::/48": "DE"})
    laid = overlay([source])
    weights, _ = laid.totals(read_traffic(path).weights(laid))
    ballot = Ballot.of(laid, ("a",), weights, Unit("both"))
    assert ballot.amount(ballot.covered(0)) == Amount(25, 4)
    assert _weighed(path, source) == ([100, 8], [0, 0])


@given(
    st.lists(st.tuples(st.sampled_from([*V4, *NETWORKS]), st.integers(0, 999)), min_size=1), tables
)
def test_no_request_is_lost(
    tmp_path_factory: pytest.TempPathFactory,
    lines: list[tuple[str, int]],
    votes: Mapping[str, str],
) -> None:
    """However networks and sources cut each other, all requests are counted once."""
    text = "".join(f"{where},{count}\n" for where, count in lines)
    path = _traffic(tmp_path_factory.mktemp("traffic"), text)
    (four, six), aside = _weighed(path, table("a", votes))
    sums = [sum(n for where, n in lines if (":" in where) is colon) for colon in (False, True)]
    assert [four, six] == pytest.approx(sums)
    assert aside == [0, 0]


def test_lines_that_cannot_be_counted_are_rejected_by_number(tmp_path: Path) -> None:
    """Each line is told with its place and its remedy; the others count."""
    bad = ["7.0.0.300,2", "7.0.0.1/24,3", "7.0.0.2,-4", "7.0.0.3,1.5", "7.0.0.4", "::7,6"]
    text = "\n".join(["# a survey", "7.0.0.1,1", *bad])
    found = read_traffic(_traffic(tmp_path, text))
    assert found.requests.tolist() == [1]
    assert [one.line for one in found.problems] == [3, 4, 5, 6, 7, 8]
    assert found.rejected == 6
    assert all(one.remedy for one in found.problems)


def test_a_file_without_a_good_line_is_an_error(tmp_path: Path) -> None:
    """Nothing to count is not a comparison in which nothing differs."""
    with pytest.raises(SourceError, match=r"survey\.csv:1:1"):
        read_traffic(_traffic(tmp_path, "address,requests\n"))
    with pytest.raises(SourceError, match=r"survey\.csv:2:1"):
        read_traffic(_traffic(tmp_path, "address,requests\nnowhere,1\n"))


def test_lines_may_come_in_any_order_and_twice(tmp_path: Path) -> None:
    """A survey is no table of ranges: its lines are added up."""
    path = _traffic(tmp_path, "7.0.0.9,1\n7.0.0.0/29,8\n7.0.0.1,2\n7.0.0.1,2\n7.0.0.0/28,16\n")
    source = table("a", {f"7.0.0.{n}/32": "FR" if n % 2 else "DE" for n in range(16)})
    laid = overlay([source])
    weights, _ = laid.totals(read_traffic(path).weights(laid))
    votes = [laid.said(row)[0] for row in range(len(laid.votes))]
    assert dict(zip(votes, weights[:, 0].tolist(), strict=True)) == {None: 0, "DE": 12, "FR": 17}
