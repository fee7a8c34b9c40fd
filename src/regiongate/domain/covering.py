"""Which of the policy's network rules cover an address, found by prefix, however many there are.

A customer's geofeed brings tens of thousands of rules; asking each of them about each address
would take minutes.
"""

from __future__ import annotations

from collections.abc import Iterable

from regiongate.domain.address import IPAddress, IPNetwork, counted
from regiongate.domain.network_rule import NetworkRule

Chain = tuple[NetworkRule, ...]
"""Rules that cover an address, the most specific first; those of one network in their order."""

_Networks = dict[int, list[NetworkRule]]


class Covering:
    """The network rules of a policy by family, prefix length and first address."""

    def __init__(self, rules: Iterable[NetworkRule]) -> None:
        found: dict[int, dict[int, _Networks]] = {4: {}, 6: {}}
        for rule in rules:
            network = rule.network
            same_length = found[network.version].setdefault(network.prefixlen, {})
            same_length.setdefault(int(network.network_address), []).append(rule)
        self._by_length = {family: sorted(by.items())[::-1] for family, by in found.items()}

    def address(self, address: IPAddress) -> Chain:
        """The rules that cover a canonical address."""
        address = counted(address)
        return self._covering(address.version, int(address), address.max_prefixlen)

    def network(self, network: IPNetwork) -> Chain:
        """The rules that cover the whole of a network, those of the network itself included."""
        return self._covering(network.version, int(network.network_address), network.prefixlen)

    def _covering(self, family: int, first: int, longest: int) -> Chain:
        bits = 32 if family == 4 else 128
        found: list[NetworkRule] = []
        for length, networks in self._by_length[family]:
            if length <= longest:
                host = bits - length
                found += networks.get(first >> host << host, ())
        return tuple(found)
