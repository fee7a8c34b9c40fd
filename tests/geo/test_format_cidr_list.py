"""Plain lists of networks, addresses and ranges."""

from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regiongate.domain.address import IPNetwork
from regiongate.geo.formats import Wanted
from regiongate.geo.source import SourceError
from tests.geo.rawtables import codes, first_at, label_at, read
from tests.geo.strategies import TOP, addresses, as_address

TOR = Wanted(label=("tor",))

LIST = """\
; a comment
# another
10.0.0.0/8 ; SBL1
10.1.0.0/16
192.0.2.1
192.0.2.3 - 192.0.2.9  # both included
192.0.2.9-192.0.2.12
2a00::/16
2a01::-2a01::5
"""


def test_rows() -> None:
    """Networks, addresses and ranges all get the one label, however they overlap."""
    table = read("cidr-list", LIST, TOR)
    inside = ["10.1.0.1", "10.255.255.255", "192.0.2.1", "192.0.2.12", "2a00::1", "2a01::5"]
    outside = ["11.0.0.0", "192.0.2.2", "192.0.2.13", "2a01::6"]
    assert first_at(table, *inside) == ["tor"] * 6
    assert first_at(table, *outside) == [None] * 4
    assert table.rows == (7,)


def test_the_label_is_the_callers() -> None:
    """A list says nothing of its own, so there is no reading it without a label."""
    with pytest.raises(SourceError, match="give the label"):
        read("cidr-list", LIST, Wanted())
    with pytest.raises(SourceError, match="has no fields"):
        read("cidr-list", LIST, Wanted(("country",), label=("x",)))


def test_bad_rows() -> None:
    """Each bad row is told by its line."""
    content = "10.0.0.1/8\nhost.example\n10.0.0.9-10.0.0.1\n1.2.3.4/24-5.6.7.8\n1.0.0.0-2a00::\n"
    assert codes("cidr-list", content, TOR) == [
        (1, "bad-network"),
        (2, "bad-network"),
        (3, "backward-range"),
        (4, "bad-address"),
        (5, "two-families"),
    ]


def test_nothing_but_comments() -> None:
    """A list without a row says nothing anywhere."""
    table = read("cidr-list", "# nobody today\n", TOR)
    assert (len(table.steps), table.rows) == (1, ())


@given(st.lists(st.tuples(addresses.filter(lambda a: a >> 32 != 0xFFFF), st.integers(0, 40))))
def test_against_a_slow_reading(given_rows: list[tuple[int, int]]) -> None:
    """At and beside every end, an address has the label if and only if a network holds it."""
    made = [_network(address, bits) for address, bits in given_rows]
    networks = [network for network in made if network is not None]
    content = "".join(f"{network}\n" for network in networks)
    table = read("cidr-list", content, TOR)
    ends = {int(n.network_address) for n in networks} | {int(n.broadcast_address) for n in networks}
    for address in {end + offset for end in ends for offset in (-1, 0, 1)}:
        if 0 <= address < TOP:
            held = any(as_address(address) in network for network in networks)
            assert label_at(table, address) == (("tor",) if held else None)


def _network(address: int, bits: int) -> IPNetwork | None:
    width = 32 if address < 1 << 32 else 128
    bits = min(bits, width)
    network = ip_network(f"{as_address(address)}/{width - bits}", strict=False)
    # What reaches into ::/96 or is mapped is another test's.
    first = int(network.network_address)
    return None if width == 128 and (first < 1 << 32 or first >> 32 == 0xFFFF) else network
