"""The whole address space under one policy: which addresses share a place, and what each is called.

The votes of the sources, the special-purpose blocks and the policy's own networks are laid over
each other once, as array work; only the distinct combinations, a few thousand, are judged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv4Address, IPv6Address
from typing import Any

import numpy as np

from regiongate.compiler.placekey import place_keys
from regiongate.domain.address import SPECIAL_BLOCKS, V4_EMBEDDINGS
from regiongate.domain.place import Place, locate
from regiongate.domain.policy import NetworkRule, Policy
from regiongate.geo.ranges import from_networks
from regiongate.geo.source import SourceTable
from regiongate.geo.steps import NONE, V4_END, Steps, Values, from_starts, merge

Chain = tuple[NetworkRule, ...]


@dataclass(frozen=True, slots=True)
class Geography:
    """Every address and its place. `steps` values index into `places` and `keys`; -1 is unknown."""

    steps: Steps
    places: tuple[Place, ...]
    keys: tuple[str, ...]

    def place_by_key(self) -> dict[str, Place]:
        """One place for each key; all places with a key are judged alike."""
        return dict(zip(self.keys, self.places, strict=True))


def geography(policy: Policy, tables: Sequence[SourceTable]) -> Geography:
    """The place of every address, and what the policy's verdict database calls it.

    `tables` are the policy's sources in the policy's order.
    """
    steps, places = layout(policy, tables)
    return Geography(steps, places, place_keys(policy, places))


def layout(policy: Policy, tables: Sequence[SourceTable]) -> tuple[Steps, tuple[Place, ...]]:
    """Lay everything that speaks about addresses over each other: steps into the places.

    An address about which nobody says anything has no place (-1).
    """
    chains = [_chain(policy.networks, rule) for rule in policy.networks]
    layers = [table.steps for table in tables] + [_special(), _networks(policy), _embedded()]
    hi, lo, matrix = merge(layers)
    index, combinations = _distinct(matrix[:, :-1])
    known = [_place(tables, chains, row) for row in combinations]
    # An address inside of an embedding is looked up as the IPv4 address it carries.
    nothing = np.array([place == Place(votes=(None,) * len(tables)) for place in known])
    index = np.where(nothing[index] | (matrix[:, -1] != NONE), NONE, index).astype(np.int32)
    return from_starts(hi, lo, index), tuple(known)


def record(policy: Policy, place: Place, key: str, at: datetime) -> dict[str, Any]:
    """What the verdict database says of a place.

    Envoy's provider reads only fixed paths: `country.iso_code`, `subdivisions[0].iso_code` and
    `city.names.en`, in which our key rides. The rest is for people and `explain`.
    """
    located = locate(policy, place, at)
    found: dict[str, Any] = {"city": {"names": {"en": key}}}
    if located.country is not None:
        found["country"] = {"iso_code": located.country}
    if located.subdivision is not None:
        found["subdivisions"] = [{"iso_code": located.subdivision}]
    votes = zip(policy.location.sources, place.votes, strict=True)
    found["regiongate"] = {
        "agreeing": located.agreeing,
        "votes": {name: vote for name, vote in votes if vote is not None},
    }
    if place.special is not None:
        found["regiongate"]["special"] = place.special
    return found


class Finder:
    """Finds the places of single addresses, without laying out the rest."""

    def __init__(self, policy: Policy, tables: Sequence[SourceTable]) -> None:
        self._policy = policy
        self._tables = tables
        self._special = _special()
        self._networks = _networks(policy)

    def place(self, address: int) -> Place:
        """The place of an address, given as a number (IPv4 below 2**32)."""
        votes = tuple(_region(table, table.steps.lookup(address)) for table in self._tables)
        rules, rule = self._policy.networks, self._networks.lookup(address)
        chain = _chain(rules, rules[rule]) if rule != NONE else ()
        return _with_special(votes, self._special.lookup(address), chain)


def lookup(policy: Policy, tables: Sequence[SourceTable], address: int) -> Place:
    """The place of one address, for those who ask about no other."""
    return Finder(policy, tables).place(address)


def address_at(steps: Steps, row: int) -> IPv4Address | IPv6Address:
    """The first address of a step."""
    number = int(steps.hi[row]) << 64 | int(steps.lo[row])
    return IPv4Address(number) if number < V4_END else IPv6Address(number)


def _distinct(matrix: Values) -> tuple[Values, Values]:
    """For each row (int32[n, k]) the number of its combination, and the combinations.

    Each row is packed into one integer, which sorts several times faster than rows do.
    """
    sizes = matrix.max(axis=0).astype(np.int64) + 2
    packed = np.zeros(len(matrix), dtype=np.int64)
    for column, size in enumerate(sizes):
        packed = packed * size + (matrix[:, column] + 1)
    _, first, inverse = np.unique(packed, return_index=True, return_inverse=True)
    return inverse.astype(np.int32), matrix[first]


def _special() -> Steps:
    return from_networks([(block.network, row) for row, block in enumerate(SPECIAL_BLOCKS)])


def _networks(policy: Policy) -> Steps:
    return from_networks([(rule.network, row) for row, rule in enumerate(policy.networks)])


def _embedded() -> Steps:
    carried = [network for network, _ in V4_EMBEDDINGS if int(network.network_address)]
    return from_networks([(network, 0) for network in carried])


def _chain(rules: Sequence[NetworkRule], of: NetworkRule) -> Chain:
    """The rules that cover a rule's network, the most specific first, itself included."""
    covering = [
        rule for rule in rules if rule.network.version == of.network.version and _covers(rule, of)
    ]
    return tuple(sorted(covering, key=lambda rule: -rule.network.prefixlen))


def _covers(rule: NetworkRule, of: NetworkRule) -> bool:
    first, last = int(of.network.network_address), int(of.network.broadcast_address)
    return int(rule.network.network_address) <= first and last <= int(
        rule.network.broadcast_address
    )


def _place(tables: Sequence[SourceTable], chains: Sequence[Chain], row: Values) -> Place:
    *votes, special, rule = (int(value) for value in row)
    regions = tuple(_region(table, vote) for table, vote in zip(tables, votes, strict=True))
    return _with_special(regions, special, chains[rule] if rule != NONE else ())


def _with_special(votes: tuple[str | None, ...], special: int, chain: Chain) -> Place:
    if special == NONE:
        return Place(votes, rules=chain)
    block = SPECIAL_BLOCKS[special]
    return Place(votes, block.kind, block.group, chain)


def _region(table: SourceTable, value: int) -> str | None:
    return None if value == NONE else table.regions[value]
