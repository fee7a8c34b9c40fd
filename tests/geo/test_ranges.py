"""Steps from ranges and networks."""

from ipaddress import IPv6Network, ip_network
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regiongate.domain.address import IPNetwork
from regiongate.geo import wide
from regiongate.geo.ranges import BadRange, from_nested, from_networks, from_ranges, from_union
from regiongate.geo.steps import Steps, constant
from tests.geo.strategies import TOP, addresses, probes, starts_of, steps

Range = tuple[int, int, int]


def make(ranges: list[Range]) -> Steps:
    """Steps of (first, last, value)."""
    values = np.array([value for _, _, value in ranges], dtype=np.int32)
    firsts = wide.split([first for first, _, _ in ranges])
    return from_ranges(*firsts, *wide.split([last for _, last, _ in ranges]), values)


@given(steps(), st.randoms(use_true_random=False))
def test_ranges_give_the_steps_they_came_from(function: Steps, random: Random) -> None:
    """Written as ranges in any order and read again, a function is the same."""
    starts = starts_of(function)
    ends = [*starts[1:], TOP]
    ranges = [
        (start, end - 1, int(value))
        for start, end, value in zip(starts, ends, function.value, strict=True)
        if value >= 0
    ]
    random.shuffle(ranges)
    assert make(ranges) == function


def test_no_ranges() -> None:
    """Without a range nothing holds anywhere."""
    assert make([]) == constant() == from_networks([])


def test_overlap_is_named() -> None:
    """Ranges that overlap are refused, the pair named in words and by position."""
    with pytest.raises(
        BadRange, match=r"0\.0\.0\.1-0\.0\.0\.5 overlaps 0\.0\.0\.5-0\.0\.0\.9"
    ) as bad:
        make([(5, 9, 0), (20, 30, 0), (1, 5, 1)])
    assert bad.value.rows == ((2, 0),)


def test_backward_range_is_named() -> None:
    """A range whose end lies before its beginning is refused."""
    with pytest.raises(BadRange, match=r"0\.0\.0\.9-0\.0\.0\.5 runs backwards") as bad:
        make([(1, 2, 0), (9, 5, 0)])
    assert bad.value.rows == ((1, 1),)


networks = st.builds(
    lambda number, length: (
        ip_network((number >> (128 - length) << (128 - length), length))
        if length
        else ip_network("::/0")
    ),
    addresses.map(lambda number: max(number, 1 << 33)),
    st.integers(0, 128),
).filter(lambda network: isinstance(network, IPv6Network))


@given(st.dictionaries(networks, st.integers(0, 3), max_size=12))
def test_most_specific_network_wins(given_networks: dict[IPNetwork, int]) -> None:
    """Of the networks around an address the longest prefix says what holds."""
    function = from_networks(list(given_networks.items()))
    ends = [int(n.network_address) for n in given_networks]
    ends += [int(n.broadcast_address) for n in given_networks]
    for address in probes(function) + ends:
        around = [
            network
            for network in given_networks
            if int(network.network_address) <= address <= int(network.broadcast_address)
        ]
        best = max(around, key=lambda network: network.prefixlen, default=None)
        assert function.lookup(address) == (-1 if best is None else given_networks[best])


def test_nested_ipv4_networks() -> None:
    """A hole in a hole is found, and what lies around each shows again behind it."""
    texts = ["10.0.0.0/8", "10.1.0.0/16", "10.1.1.0/24", "10.1.1.1/32"]
    function = from_networks([(ip_network(text), i) for i, text in enumerate(texts)])
    asked = ["9.255.255.255", "10.0.0.0", "10.1.0.0", "10.1.1.0", "10.1.1.1", "10.1.1.2"]
    asked += ["10.1.2.0", "10.2.0.0", "11.0.0.0"]
    found = [function.lookup(int(ip_network(text).network_address)) for text in asked]
    assert found == [-1, 0, 1, 2, 3, 2, 1, 0, -1]


def test_one_network_with_two_values_is_refused() -> None:
    """The same network twice is fine with one value and refused with two."""
    network = ip_network("10.0.0.0/8")
    assert from_networks([(network, 1), (network, 1)]) == from_networks([(network, 1)])
    with pytest.raises(BadRange, match=r"10\.0\.0\.0-10\.255\.255\.255 is given twice"):
        from_networks([(network, 1), (network, 2)])


@given(st.lists(st.tuples(addresses, addresses).map(sorted), max_size=10))
def test_a_union_of_ranges(pairs: list[list[int]]) -> None:
    """Ranges of one value may overlap as they like: an address has it if any range holds it."""
    firsts, lasts = wide.split([a for a, _ in pairs]), wide.split([b for _, b in pairs])
    function = from_union(*firsts, *lasts, np.full(len(pairs), 7, dtype=np.int32))
    for address in probes(function) + [end for pair in pairs for end in pair]:
        held = any(first <= address <= last for first, last in pairs)
        assert function.lookup(address) == (7 if held else -1)


def test_a_union_of_two_values_is_refused() -> None:
    """Which of two values holds where ranges overlap, nobody could say."""
    one = np.zeros(2, dtype=np.uint64)
    with pytest.raises(ValueError, match="cannot be united"):
        from_union(one, one, one, one, np.array([1, 2], dtype=np.int32))


def test_many_contradictions_are_counted() -> None:
    """Of very many pairs the first thousand are kept, and the number of all."""
    count = 1500
    zeros, values = np.zeros(count, dtype=np.uint64), np.arange(count, dtype=np.int32)
    with pytest.raises(BadRange) as bad:
        from_nested(zeros, zeros, zeros, zeros, values)
    assert (len(bad.value.rows), bad.value.total) == (1000, count - 1)
