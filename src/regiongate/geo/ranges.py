"""Steps from ranges and networks: the shapes in which people and sources write geography down."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address

import numpy as np

from regiongate.domain.address import IPNetwork
from regiongate.geo import wide
from regiongate.geo.brackets import innermost
from regiongate.geo.steps import NONE, V4_END, Steps, Values, from_starts
from regiongate.geo.wide import U64, Flags


class BadRange(ValueError):
    """Ranges that contradict each other.

    The message names the first pair; `rows` holds the positions in the input of every pair found
    (a range that runs backwards is paired with itself).
    """

    def __init__(self, message: str, rows: Sequence[tuple[int, int]]) -> None:
        self.rows = tuple(rows)
        super().__init__(message)


def from_ranges(first_hi: U64, first_lo: U64, last_hi: U64, last_lo: U64, values: Values) -> Steps:
    """Steps from disjoint ranges in any order, both ends included; all arrays of shape (n,).

    Raises BadRange naming the first range that runs backwards or overlaps another one.
    """
    backward = np.flatnonzero(wide.less(last_hi, last_lo, first_hi, first_lo))
    if backward.size:
        one = _text(first_hi, first_lo, last_hi, last_lo, int(backward[0]))
        raise BadRange(f"{one} runs backwards", [(int(row), int(row)) for row in backward])
    order = wide.order(first_hi, first_lo)
    first_hi, first_lo = first_hi[order], first_lo[order]
    last_hi, last_lo = last_hi[order], last_lo[order]
    overlap = np.flatnonzero(_overlaps_next(first_hi, first_lo, last_hi, last_lo))
    if overlap.size:
        at = int(overlap[0])
        one, two = (_text(first_hi, first_lo, last_hi, last_lo, i) for i in (at, at + 1))
        pairs = [(int(order[i]), int(order[i + 1])) for i in overlap]
        raise BadRange(f"{one} overlaps {two}", pairs)
    return _from_sorted(first_hi, first_lo, last_hi, last_lo, values[order])


def from_networks(networks: Sequence[tuple[IPNetwork, int]]) -> Steps:
    """Steps from networks; of nested ones the most specific wins.

    Raises BadRange when one network is given twice with different values.
    """
    seen: dict[IPNetwork, tuple[int, int]] = {}
    clashes = []
    for row, (network, value) in enumerate(networks):
        earlier = seen.setdefault(network, (row, value))
        if earlier[1] != value:
            clashes.append((earlier[0], row))
    if clashes:
        network = networks[clashes[0][0]][0]
        raise BadRange(f"{network} is given twice with different values", clashes)
    first_hi, first_lo = wide.split([int(network.network_address) for network in seen])
    last_hi, last_lo = wide.split([int(network.broadcast_address) for network in seen])
    values = np.array([value for _, value in seen.values()], dtype=np.int32)
    order = wide.order(first_hi, first_lo)
    ranges = first_hi[order], first_lo[order], last_hi[order], last_lo[order]
    if _overlaps_next(*ranges).any():
        return _with_start(*innermost(first_hi, first_lo, last_hi, last_lo, values))
    return _from_sorted(*ranges, values[order])


def _overlaps_next(first_hi: U64, first_lo: U64, last_hi: U64, last_lo: U64) -> Flags:
    """Where a range (sorted by first) reaches into the next one: shape (n - 1,)."""
    return ~wide.less(last_hi[:-1], last_lo[:-1], first_hi[1:], first_lo[1:])


def _from_sorted(first_hi: U64, first_lo: U64, last_hi: U64, last_lo: U64, values: Values) -> Steps:
    """Steps from sorted disjoint ranges: each start holds the value, each end none."""
    end_hi, end_lo = wide.successor(last_hi, last_lo)
    hi, lo = (
        np.stack([first_hi, end_hi], axis=1).ravel(),
        np.stack([first_lo, end_lo], axis=1).ravel(),
    )
    value = np.full(hi.size, NONE, dtype=np.int32)
    value[::2] = values
    # An end is no boundary where the next range starts, nor behind the last address of all,
    # where it wrapped to 0.
    keep = np.ones(hi.size, dtype=np.bool_)
    keep[1:-1:2] = ~wide.equal(end_hi[:-1], end_lo[:-1], first_hi[1:], first_lo[1:])
    keep[1::2] &= (end_hi != 0) | (end_lo != 0)
    return _with_start(hi[keep], lo[keep], value[keep])


def _with_start(hi: U64, lo: U64, value: Values) -> Steps:
    """Steps from sorted boundaries, with none before the first one."""
    if not value.size or hi[0] or lo[0]:
        zero = np.zeros(1, dtype=np.uint64)
        hi, lo = np.concatenate([zero, hi]), np.concatenate([zero, lo])
        value = np.concatenate([np.array([NONE], dtype=np.int32), value])
    return from_starts(hi, lo, value)


def _text(first_hi: U64, first_lo: U64, last_hi: U64, last_lo: U64, row: int) -> str:
    first = int(first_hi[row]) << 64 | int(first_lo[row])
    last = int(last_hi[row]) << 64 | int(last_lo[row])
    if last < V4_END:
        return f"{IPv4Address(first)}-{IPv4Address(last)}"
    return f"{IPv6Address(first)}-{IPv6Address(last)}"
