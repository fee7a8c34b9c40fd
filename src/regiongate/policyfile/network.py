"""Addresses and networks as they stand in a policy file. Nothing is repaired silently."""

from __future__ import annotations

import re
from ipaddress import ip_address, ip_interface
from typing import Any

from regiongate.domain.address import LAST_SHARED, BadAddress, canonical, fold
from regiongate.domain.network_rule import Network
from regiongate.policyfile.node import ScalarNode, shown
from regiongate.policyfile.reader import Reader, Wrong
from regiongate.policyfile.shape import Scalar

_PREFIXED = re.compile(r"[0-9A-Fa-f:.]+/[0-9]{1,3}\Z")


def _network(node: ScalarNode, _: Reader) -> Network:
    text = node.text
    if _PREFIXED.match(text) is None:
        raise Wrong("bad-network", f"`{shown(text)}` is not a network", _remedy_for(text))
    try:
        said = ip_interface(text)
    except ValueError as error:
        remedy = "write it as 198.51.100.0/24 or 2001:db8::/32"
        raise Wrong("bad-network", f"`{shown(text)}` is not a network", remedy) from error
    network = said.network
    if said.ip != network.network_address:
        message = f"`{shown(text)}` has bits set after the prefix"
        remedy = f"write {network}, or {said.ip}/{network.max_prefixlen} for the one address"
        raise Wrong("bad-network", message, remedy)
    require_reachable(network)
    return network


def _remedy_for(text: str) -> str:
    try:
        address = ip_address(text)
    except ValueError:
        return "write it as 198.51.100.0/24 or 2001:db8::/32"
    return f"write {address}/{address.max_prefixlen} for the one address"


def _address(node: ScalarNode, _: Reader) -> str:
    try:
        return str(canonical(node.text))
    except BadAddress as error:
        remedy = "write it as 198.51.100.7 or 2001:db8::7"
        raise Wrong("bad-address", f"`{node.shown}` is not an address", remedy) from error


def require_reachable(network: Network) -> None:
    """Raises `Wrong` where a network holds addresses that are looked up as others.

    A gateway folds IPv6 addresses that carry IPv4 first, so a rule for them would never match.
    """
    first = fold(network.network_address)
    if first != network.network_address:
        message = f"`{network}` is IPv4 carried in IPv6"
        raise Wrong("bad-network", message, f"write the IPv4 network that begins at {first}")
    if int(network.broadcast_address) <= LAST_SHARED and network.version == 4:
        message = f"`{network}` shares its entry in a database with IPv6 and counts as that"
        raise Wrong("bad-network", message, "write ::1/128 for loopback, ::/128 for no address")
    if network.version == 6 and not int(first) and network.prefixlen < 127:
        # Beyond :: and ::1 lie the IPv4-compatible addresses.
        message = f"`{network}` holds addresses that carry IPv4"
        raise Wrong("bad-network", message, "write 2000::/3 for IPv6, 0.0.0.0/0 for IPv4")


_JSON: dict[str, Any] = {"type": "string"}

NETWORK: Scalar[Network] = Scalar(_network, _JSON | {"pattern": "^[0-9A-Fa-f:.]+/[0-9]{1,3}$"})
"""A network with its prefix length."""

ADDRESS = Scalar(_address, _JSON | {"pattern": "^[0-9A-Fa-f:.]+$"})
"""One address, in its canonical form."""
