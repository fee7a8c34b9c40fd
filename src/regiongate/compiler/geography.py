"""The whole address space under one policy: which addresses share a place, and what each is called.

The votes of the sources, the special-purpose blocks and the policy's own networks are laid over
each other once, as array work; only the distinct combinations, a few thousand, are judged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network
from typing import Any

import numpy as np

from regiongate.compiler.placekey import place_keys
from regiongate.domain.address import LAST_SHARED, SPECIAL_BLOCKS, V4_EMBEDDINGS, IPNetwork
from regiongate.domain.covering import Chain, Covering
from regiongate.domain.place import Place, locate
from regiongate.domain.policy import Policy
from regiongate.geo.facts.table import Layer
from regiongate.geo.ranges import from_networks
from regiongate.geo.source import SourceTable
from regiongate.geo.steps import (
    NONE,
    V4_END,
    Steps,
    Values,
    distinct,
    from_starts,
    merge,
    overlay,
)
from regiongate.geo.wide import U64


@dataclass(frozen=True, slots=True)
class Geography:
    """Every address and its place. `steps` values index into `places` and `keys`; -1 is unknown."""

    steps: Steps
    places: tuple[Place, ...]
    keys: tuple[str, ...]

    def place_by_key(self) -> dict[str, Place]:
        """One place for each key; all places with a key are judged alike."""
        return dict(zip(self.keys, self.places, strict=True))


def geography(
    policy: Policy, tables: Sequence[SourceTable], facts: Sequence[Layer] = ()
) -> Geography:
    """The place of every address, and what the policy's verdict database calls it.

    `tables` are the policy's sources in the policy's order, `facts` its sources of facts.
    """
    steps, places = layout(policy, tables, facts)
    return Geography(steps, places, place_keys(policy, places))


def layout(
    policy: Policy, tables: Sequence[SourceTable], facts: Sequence[Layer] = ()
) -> tuple[Steps, tuple[Place, ...]]:
    """Lay everything that speaks about addresses over each other: steps into the places.

    An address about which nobody says anything has no place (-1).
    """
    networks = _Networks(policy)
    stated = [_Stated(layer) for layer in facts]
    layers = [table.steps for table in tables] + [layer.steps for layer in stated]
    hi, lo, matrix = merge([*layers, _special(), networks.steps, _embedded()])
    index, combinations = distinct(matrix[:, :-1])
    known = [_place(tables, stated, networks, row) for row in combinations]
    # An address inside of an embedding is looked up as the IPv4 address it carries.
    nowhere = Place(votes=(None,) * len(tables))
    nothing = np.array([place == nowhere for place in known])
    index = np.where(nothing[index] | (matrix[:, -1] != NONE), NONE, index).astype(np.int32)
    return from_starts(hi, lo, index), tuple(known)


def record(policy: Policy, place: Place, key: str, at: datetime) -> dict[str, Any]:
    """What the verdict database says of a place.

    Envoy's provider reads only fixed paths: `country.iso_code`, `subdivisions[0].iso_code` and
    `city.names.en`, in which our key rides. The rest is for people and `explain`.
    """
    located = locate(policy, place, at)
    found: dict[str, Any] = {"city": _city(key)}
    if located.country is not None:
        found["country"] = _country(located.country)
    if located.subdivision is not None:
        found["subdivisions"] = [{"iso_code": located.subdivision}]
    votes = zip(policy.location.sources, place.votes, strict=True)
    found["regiongate"] = {
        "agreeing": located.agreeing,
        "votes": {name: vote for name, vote in votes if vote is not None},
    }
    if place.special is not None:
        found["regiongate"]["special"] = place.special
    if place.anonymizers:
        found["regiongate"]["anonymizers"] = list(place.anonymizers)
    return found


@cache
def _city(key: str) -> dict[str, Any]:
    """One object for all records that say the same: the writer encodes each object once."""
    return {"names": {"en": key}}


@cache
def _country(code: str) -> dict[str, Any]:
    return {"iso_code": code}


class Finder:
    """Finds the places of single addresses, without laying out the rest."""

    def __init__(
        self, policy: Policy, tables: Sequence[SourceTable], facts: Sequence[Layer] = ()
    ) -> None:
        self._tables = tables
        self._stated = [_Stated(layer) for layer in facts]
        self._special = _special()
        self._networks = _Networks(policy)

    def place(self, address: int) -> Place:
        """The place of an address, given as a number (IPv4 below 2**32)."""
        row = np.array([steps.lookup(address) for steps in self._layers()], dtype=np.int32)
        return _place(self._tables, self._stated, self._networks, row)

    def places(self, hi: U64, lo: U64) -> tuple[Values, tuple[Place, ...]]:
        """The places of canonical addresses (uint64[n] each): which one (int32[n]), of these.

        It takes a tenth of the time when the addresses are sorted.
        """
        matrix = np.empty((hi.size, len(self._layers())), dtype=np.int32)
        for column, steps in enumerate(self._layers()):
            matrix[:, column] = steps.lookup_many(hi, lo)
        index, rows = distinct(matrix)
        known = (_place(self._tables, self._stated, self._networks, row) for row in rows)
        return index, tuple(known)

    def _layers(self) -> list[Steps]:
        said = [table.steps for table in self._tables] + [layer.steps for layer in self._stated]
        return [*said, self._special, self._networks.steps]


def lookup(
    policy: Policy, tables: Sequence[SourceTable], address: int, facts: Sequence[Layer] = ()
) -> Place:
    """The place of one address, for those who ask about no other."""
    return Finder(policy, tables, facts).place(address)


def address_at(steps: Steps, row: int) -> IPv4Address | IPv6Address:
    """The first address of a step."""
    number = int(steps.hi[row]) << 64 | int(steps.lo[row])
    return IPv4Address(number) if number < V4_END else IPv6Address(number)


def _special() -> Steps:
    return from_networks([(block.network, row) for row, block in enumerate(SPECIAL_BLOCKS)])


def _embedded() -> Steps:
    carried = [network for network, _ in V4_EMBEDDINGS if int(network.network_address)]
    return from_networks([(network, 0) for network in carried])


class _Networks:
    """The policy's own networks: `steps` values index into `chains`."""

    def __init__(self, policy: Policy) -> None:
        rules = policy.network_rules()
        covering = Covering(rules)
        # What stands in the file and in a geofeed is one network with two rules.
        numbers: dict[IPNetwork, int] = {}
        for rule in rules:
            numbers.setdefault(rule.network, len(numbers))
        self.chains: list[Chain] = [covering.network(network) for network in numbers]
        self.steps = overlay(from_networks(list(numbers.items())), self._shared(covering))

    def _shared(self, covering: Covering) -> Steps:
        """The addresses that count as IPv6, though IPv4 networks hold their numbers too."""
        begin = len(self.chains)
        self.chains += [covering.address(IPv6Address(n)) for n in range(LAST_SHARED + 1)]
        return from_networks([(IPv6Network((n, 128)), begin + n) for n in range(LAST_SHARED + 1)])


class _Stated:
    """The kinds of anonymizers that a source of facts states: `steps` values index into `kinds`.

    Sources know thousands of facts, such as the region of a cloud; no verdict depends on others.
    """

    def __init__(self, layer: Layer) -> None:
        numbers: dict[tuple[str, ...], int] = {(): NONE}
        for fact in layer.facts:
            numbers.setdefault(tuple(sorted(fact.anonymizers)), len(numbers) - 1)
        table = [numbers[tuple(sorted(fact.anonymizers))] for fact in layer.facts]
        self.steps = layer.steps.remap(np.array(table, dtype=np.int64))
        self.kinds = list(numbers)[1:]


def _place(
    tables: Sequence[SourceTable],
    stated: Sequence[_Stated],
    networks: _Networks,
    row: Values,
) -> Place:
    """The place that a row of the layers speaks of: votes, facts, special block, network."""
    *said, special, network = row.tolist()
    votes = tuple([_region(t, value) for t, value in zip(tables, said, strict=False)])
    kinds: set[str] = set()
    for layer, value in zip(stated, said[len(tables) :], strict=True):
        kinds |= set(layer.kinds[value] if value != NONE else ())
    block = SPECIAL_BLOCKS[special] if special != NONE else None
    return Place(
        votes=votes,
        special=None if block is None else block.kind,
        group=None if block is None else block.group,
        rules=networks.chains[network] if network != NONE else (),
        anonymizers=tuple(sorted(kinds)),
    )


def _region(table: SourceTable, value: int) -> str | None:
    return None if value == NONE else table.regions[value]
