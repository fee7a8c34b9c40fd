"""Which cloud the networks of a notice are in, by the ranges that come along."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from ipaddress import ip_network

from regiongate.domain.facts import Cloud
from regiongate.geo.facts import FactTable, bundled, clouds

CloudsOf = Callable[[Iterable[str]], tuple[Cloud, ...]]
"""Networks in CIDR form → the clouds that they are in, each once, in the order of the networks."""


def bundled_clouds(networks: Iterable[str]) -> tuple[Cloud, ...]:
    """The clouds by the bundled source. A network counts where all of it is in one range."""
    found = (_cloud(_table(), network) for network in networks)
    return tuple(dict.fromkeys(cloud for cloud in found if cloud is not None))


def _cloud(table: FactTable, network: str) -> Cloud | None:
    known = ip_network(network)
    first = table.facts_at(int(known.network_address))
    last = table.facts_at(int(known.broadcast_address))
    return first.cloud if first == last else None


@cache
def _table() -> FactTable:
    """Reading the ranges takes a second: once, and only when something is to be told."""
    return bundled.load(clouds.NAME)
