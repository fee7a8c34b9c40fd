"""Network rules found by prefix are those that asking each of them finds."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from hypothesis import given
from hypothesis import strategies as st

from regiongate.domain.address import IPAddress, IPNetwork
from regiongate.domain.covering import Covering
from regiongate.domain.network_rule import NetworkRule

BITS = 0b1011 << 28 | 0b0110 << 20


def _network(bits: int, length: int, wide: bool) -> IPNetwork:
    number = BITS ^ bits
    if wide:
        return IPv6Network((number << 96 >> (128 - length) << (128 - length), length))
    return IPv4Network((number >> (32 - length) << (32 - length), length))


networks = st.builds(
    _network, st.sampled_from([0, 1, 1 << 20, 1 << 31]), st.integers(0, 32), st.booleans()
)
addresses: st.SearchStrategy[IPAddress] = st.one_of(
    st.builds(lambda bits: IPv4Address(BITS ^ bits), st.sampled_from([0, 1, 1 << 20, 1 << 31])),
    st.builds(lambda bits: IPv6Address((BITS ^ bits) << 96), st.sampled_from([0, 1, 1 << 20])),
)


@given(st.lists(networks), addresses)
def test_the_rules_of_an_address(found: list[IPNetwork], address: IPAddress) -> None:
    """The most specific first; those of one network in the order in which they were given."""
    rules = [
        NetworkRule(network, "FR", None, None, f"{number}", "who", None)
        for number, network in enumerate(found)
    ]
    covering = Covering(rules)
    assert covering.address(address) == _asking_each(rules, address, address)
    for network in found:
        assert covering.network(network) == _asking_each(rules, network[0], network[-1])


def _asking_each(rules: list[NetworkRule], *addresses: IPAddress) -> tuple[NetworkRule, ...]:
    """The rules whose networks hold all of the addresses."""
    found = [
        rule
        for rule in rules
        if all(one.version == rule.network.version and one in rule.network for one in addresses)
    ]
    return tuple(sorted(found, key=lambda rule: -rule.network.prefixlen))
