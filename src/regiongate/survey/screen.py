"""Sightings under today's policy: which of them are from unsupported regions, whatever they were.

A sighting keeps a network and the region in which its addresses were seen, and no address. Where
all of the network is on one side of the list by today's sources, that counts; where it is divided,
the region that was seen does, under today's list.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv6Network, ip_network

import numpy as np

from regiongate.compiler.geography import layout
from regiongate.domain.place import locate
from regiongate.domain.policy import Policy
from regiongate.geo import wide
from regiongate.geo.source import SourceTable
from regiongate.geo.steps import NONE
from regiongate.geo.wide import Index

Pair = tuple[str, str]
"""A network in CIDR form and a region code, empty where no source said one."""


@dataclass(frozen=True, slots=True)
class Screened:
    """The pairs that are unsupported today, and the regions that are by the list alone."""

    pairs: frozenset[Pair]
    regions: frozenset[str]


class Screen:
    """Judges sightings under one policy at one instant. `tables` are its sources, in its order."""

    def __init__(self, policy: Policy, tables: Sequence[SourceTable], at: datetime) -> None:
        self.policy, self.at = policy, at
        steps, places = layout(policy, tables)
        self._hi, self._lo = steps.hi, steps.lo
        located = [locate(policy, place, at) for place in places]
        wrong = [not (one.region is None or one.disputed or one.supported) for one in located]
        of_step = np.array([*wrong, False])[steps.value]
        # How many steps before each one are unsupported, and how many have no place at all.
        self._unsupported = np.concatenate(([0], np.cumsum(of_step)))
        self._nowhere = np.concatenate(([0], np.cumsum(steps.value == NONE)))

    def screen(self, pairs: Sequence[Pair]) -> Screened:
        """What of these is unsupported."""
        regions = self._regions({region for _, region in pairs})
        networks = {network: ip_network(network) for network, _ in pairs}
        first = self._rows([int(network.network_address) for network in networks.values()])
        last = self._rows([int(network.broadcast_address) for network in networks.values()]) + 1
        steps = last - first
        count = self._unsupported[last] - self._unsupported[first]
        nowhere = self._nowhere[last] - self._nowhere[first]
        six = np.array([isinstance(one, IPv6Network) for one in networks.values()], dtype=np.bool_)
        # IPv6 networks may carry IPv4 addresses, which are looked up where those are.
        settled = ((count == 0) | (count == steps)) & ~(six & (nowhere == steps))
        sides = np.where(settled, count > 0, -1).tolist()
        side = dict(zip(networks, sides, strict=True))
        found = (
            (network, region)
            for network, region in pairs
            if side[network] == 1 or (side[network] == -1 and region in regions)
        )
        return Screened(frozenset(found), regions)

    def _regions(self, regions: Iterable[str]) -> frozenset[str]:
        supports = self.policy.supported.supports
        return frozenset(code for code in regions if code and not supports(code, self.at)[0])

    def _rows(self, addresses: list[int]) -> Index:
        return wide.search(self._hi, self._lo, *wide.split(addresses))
