"""Steps from ranges and networks: the shapes in which people and sources write geography down."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address

import numpy as np

from regiongate.domain.address import IPNetwork
from regiongate.geo import wide
from regiongate.geo.brackets import innermost
from regiongate.geo.steps import NONE, V4_END, Steps, Values, constant, from_starts
from regiongate.geo.wide import U64, Flags, Index

MOST_PAIRS = 1000


class BadRange(ValueError):
    """Ranges that contradict each other.

    The message names the first pair; `rows` holds the positions in the input of the first thousand
    pairs found (a range that runs backwards is paired with itself), `total` counts all.
    """

    def __init__(self, message: str, one: Index, other: Index) -> None:
        pairs = zip(one[:MOST_PAIRS].tolist(), other[:MOST_PAIRS].tolist(), strict=True)
        self.rows: tuple[tuple[int, int], ...] = tuple(pairs)
        self.total = one.size
        super().__init__(message)


def from_ranges(first_hi: U64, first_lo: U64, last_hi: U64, last_lo: U64, values: Values) -> Steps:
    """Steps from disjoint ranges in any order, both ends included; all arrays of shape (n,).

    Raises BadRange naming the first range that runs backwards or overlaps another one.
    """
    backward = np.flatnonzero(wide.less(last_hi, last_lo, first_hi, first_lo))
    if backward.size:
        one = _text(first_hi, first_lo, last_hi, last_lo, int(backward[0]))
        raise BadRange(f"{one} runs backwards", backward, backward)
    order = wide.order(first_hi, first_lo)
    first_hi, first_lo = first_hi[order], first_lo[order]
    last_hi, last_lo = last_hi[order], last_lo[order]
    overlap = np.flatnonzero(_overlaps_next(first_hi, first_lo, last_hi, last_lo))
    if overlap.size:
        at = int(overlap[0])
        one, two = (_text(first_hi, first_lo, last_hi, last_lo, i) for i in (at, at + 1))
        raise BadRange(f"{one} overlaps {two}", order[overlap], order[overlap + 1])
    return _from_sorted(first_hi, first_lo, last_hi, last_lo, values[order])


def from_networks(networks: Sequence[tuple[IPNetwork, int]]) -> Steps:
    """Steps from networks; of nested ones the most specific wins.

    Raises BadRange when one network is given twice with different values.
    """
    hi, lo = wide.split([int(network.network_address) for network, _ in networks])
    # The last address is made here: a network makes its own slowly, one at a time.
    free = [network.max_prefixlen - network.prefixlen for network, _ in networks]
    hi_ones, lo_ones = wide.ones(np.array(free, dtype=np.int64))
    values = np.array([value for _, value in networks], dtype=np.int32)
    return from_nested(hi, lo, hi | hi_ones, lo | lo_ones, values)


def from_nested(first_hi: U64, first_lo: U64, last_hi: U64, last_lo: U64, values: Values) -> Steps:
    """Steps from ranges that are disjoint or nested, in any order, both ends included.

    Of the ranges around an address the innermost one counts. All arrays have shape (n,). Raises
    BadRange when one range is given twice with different values.
    """
    order = wide.order(first_hi, first_lo)
    ranges = first_hi[order], first_lo[order], last_hi[order], last_lo[order]
    if not _overlaps_next(*ranges).any():
        return _from_sorted(*ranges, values[order])
    kept = _first_of_twins(first_hi, first_lo, last_hi, last_lo, values)
    return _with_start(
        *innermost(first_hi[kept], first_lo[kept], last_hi[kept], last_lo[kept], values[kept])
    )


def from_union(first_hi: U64, first_lo: U64, last_hi: U64, last_lo: U64, values: Values) -> Steps:
    """Steps from ranges that overlap as they like, for they all have one value.

    All arrays have shape (n,), both ends included. Raises ValueError when values differ.
    """
    if not values.size:
        return constant()
    if bool(np.any(values != values[0])):
        raise ValueError("ranges with different values cannot be united")
    end_hi, end_lo = wide.successor(last_hi, last_lo)
    closes = (end_hi != 0) | (end_lo != 0)  # Behind the last address of all nothing ends.
    hi = np.concatenate([first_hi, end_hi[closes]])
    lo = np.concatenate([first_lo, end_lo[closes]])
    turn = np.ones(hi.size, dtype=np.int64)
    turn[first_hi.size :] = -1
    order = wide.order(hi, lo)
    hi, lo, depth = hi[order], lo[order], np.cumsum(turn[order])
    last_here = np.ones(hi.size, dtype=np.bool_)
    last_here[:-1] = ~wide.equal(hi[1:], lo[1:], hi[:-1], lo[:-1])
    held = np.where(depth > 0, values[0], np.int32(NONE))
    return _with_start(hi[last_here], lo[last_here], held[last_here])


def _first_of_twins(
    first_hi: U64, first_lo: U64, last_hi: U64, last_lo: U64, values: Values
) -> Index:
    """The rows without those that repeat an earlier one; BadRange when they contradict it."""
    order = np.lexsort((last_lo, last_hi, first_lo, first_hi))
    new = np.ones(order.size, dtype=np.bool_)
    one, other = order[:-1], order[1:]
    new[1:] = ~(
        wide.equal(first_hi[one], first_lo[one], first_hi[other], first_lo[other])
        & wide.equal(last_hi[one], last_lo[one], last_hi[other], last_lo[other])
    )
    first = order[np.flatnonzero(new)]
    of_row = first[np.cumsum(new) - 1]
    clash = np.flatnonzero(values[order] != values[of_row])
    if clash.size:
        one, other = of_row[clash], order[clash]
        text = _text(first_hi, first_lo, last_hi, last_lo, int(one[0]))
        raise BadRange(f"{text} is given twice with different values", one, other)
    return first


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
