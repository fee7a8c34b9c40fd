"""Ranges and networks of a column as spans of the address space: first and last, both included."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_network
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from regiongate.domain.address import BadAddress, canonical
from regiongate.geo import wide
from regiongate.geo.formats.numbers import BAD, FOUR, INTEGER, SIX, Kinds, numbers
from regiongate.geo.formats.raw import Fault
from regiongate.geo.formats.rejects import shown
from regiongate.geo.steps import V4_END
from regiongate.geo.wide import U64, Flags, Index

COMPATIBLE = "::/96"
"""Where the address space has IPv4, so that IPv6 has no room there (RFC 4291, section 2.5.5.1)."""

_END, _V4_BITS = np.uint64(V4_END), np.uint64(V4_END - 1)
_LENGTHS = {str(length): length for length in range(129)}


class Ends(NamedTuple):
    """First and last of n spans, as halves (uint64[n] each)."""

    first_hi: U64
    first_lo: U64
    last_hi: U64
    last_lo: U64


@dataclass(frozen=True, slots=True, eq=False)
class Spans:
    """Spans of n rows.

    `good` (bool[n]) marks the rows that have one; `fault(i)` says what is wrong with another.
    `outside` (bool[n]) marks good rows of IPv6 that lie in ::/96 altogether: they span nothing.
    `cut` (bool[n]) marks the good rows that lost something there, those included.
    """

    ends: Ends
    good: Flags
    outside: Flags
    cut: Flags
    fault: Callable[[int], Fault]


def ranges(firsts: pa.StringArray, lasts: pa.StringArray) -> Spans:
    """The spans from first to last of each row, the ends written as addresses or integers."""
    first, last = numbers(firsts), numbers(lasts)
    written = (first.kind != BAD) & (last.kind != BAD)
    kind = np.maximum(first.kind, last.kind)
    mixed = np.minimum(first.kind, last.kind) == FOUR
    mixed &= kind == SIX
    mixed |= (kind == FOUR) & ((first.hi | last.hi != 0) | (np.maximum(first.lo, last.lo) >= _END))
    backward = wide.less(last.hi, last.lo, first.hi, first.lo)

    def fault(row: int) -> Fault:
        ends = str(firsts[row]), str(lasts[row])
        for end, kinds in zip(ends, (first.kind, last.kind), strict=True):
            if kinds[row] == BAD:
                return _bad_address(end, "write addresses or integers")
        text = f"{shown(ends[0])} to {shown(ends[1])}"
        if mixed[row]:
            message = f"the range {text} has ends of two families"
            return Fault("two-families", message, "write both ends as IPv4 or as IPv6")
        message = f"the range {text} runs backwards"
        return Fault("backward-range", message, "write the lower end first")

    good = written & ~mixed & ~backward
    return _settled(Ends(first.hi, first.lo, last.hi, last.lo), kind, good, fault)


def counted(starts: pa.StringArray, counts: U64) -> Spans:
    """The spans of so many IPv4 addresses (uint64[n], 1 to 2**63) from each start on."""
    first = numbers(starts)
    last = first.lo + counts - np.uint64(1)
    good = (first.kind == FOUR) & (last < _END)

    def fault(row: int) -> Fault:
        if first.kind[row] != FOUR:
            return _bad_address(str(starts[row]), "write an address of IPv4")
        message = f"{counts[row]} addresses from {starts[row]} on are more than there are"
        return Fault("bad-address", message, "fetch the file again")

    return _settled(Ends(first.hi, first.lo, first.hi, last), first.kind, good, fault)


def networks(texts: pa.StringArray) -> Spans:
    """The spans of networks (`address/length`) and of single addresses."""
    addresses, lengths = _halves(texts)
    found = numbers(addresses)
    bits = np.where(found.kind == FOUR, 32, 128) - lengths
    good = ((found.kind == FOUR) | (found.kind == SIX)) & (bits >= 0)
    bits = np.where(good, bits, 0)
    hi_mask, lo_mask = wide.ones(bits)
    good &= ((found.hi & hi_mask) == 0) & ((found.lo & lo_mask) == 0)
    ends = Ends(found.hi, found.lo, found.hi | hi_mask, found.lo | lo_mask)
    return _settled(ends, found.kind, good, lambda row: _bad_network(str(texts[row])))


def _settled(ends: Ends, kind: Kinds, good: Flags, fault: Callable[[int], Fault]) -> Spans:
    """The spans where they lie in the address space: mapped IPv4 as IPv4, IPv6 outside of ::/96."""
    first_hi, first_lo, last_hi, last_lo = ends
    mapped = _is_mapped(first_hi, first_lo) & _is_mapped(last_hi, last_lo)
    first_lo = np.where(mapped, first_lo & _V4_BITS, first_lo)
    last_lo = np.where(mapped, last_lo & _V4_BITS, last_lo)
    beyond = (last_hi != 0) | (last_lo >= _END)
    six = ((kind == SIX) & ~mapped) | ((kind == INTEGER) & beyond)
    cut = good & six & (first_hi == 0) & (first_lo < _END)
    settled = Ends(first_hi, np.where(cut, _END, first_lo), last_hi, last_lo)
    return Spans(settled, good, cut & ~beyond, cut, fault)


def _is_mapped(hi: U64, lo: U64) -> Flags:
    """Where an address is IPv4-mapped: ::ffff:0:0/96 (RFC 4291, section 2.5.5.2)."""
    mapped: Flags = (hi == 0) & (lo >> np.uint64(32) == 0xFFFF)
    return mapped


def _halves(texts: pa.StringArray) -> tuple[pa.StringArray, Index]:
    """Addresses and prefix lengths; without a length it is all bits, and 999 when it is none."""
    split = pc.split_pattern(texts, "/")
    counts = split.value_lengths()
    if len(texts) and pc.min(counts).as_py() == pc.max(counts).as_py() == 2:
        flat, even = split.flatten(), np.arange(0, 2 * len(texts), 2)
        addresses, after = flat.take(pa.array(even)), flat.take(pa.array(even + 1))
    else:
        parts = [text.strip().partition("/") for text in texts.to_pylist()]
        addresses = pa.array([address for address, _, _ in parts], pa.string())
        after = pa.array([_length(*part) for part in parts], pa.string())
    encoded = after.dictionary_encode()
    known = [_LENGTHS.get(text.strip(), 999) for text in encoded.dictionary.to_pylist()]
    lengths: Index = np.array(known, dtype=np.int64)[encoded.indices.to_numpy()]
    return addresses, lengths


def _length(address: str, slash: str, length: str) -> str:
    return length if slash else ("128" if ":" in address else "32")


def _bad_address(text: str, remedy: str) -> Fault:
    text = text.strip()
    if text.isascii() and text.isdecimal():
        return Fault("bad-address", f"{shown(text)} has more than 128 bits", remedy)
    try:
        canonical(text)
    except BadAddress as error:
        return Fault("bad-address", str(error), remedy)
    return Fault("bad-address", f"{shown(text)} is not an address", remedy)


def _bad_network(text: str) -> Fault:
    text = text.strip()
    message = f"{shown(text)} is not a network"
    try:
        network = ip_network(text[:80], strict=False)
    except ValueError:
        return Fault("bad-network", message, "write it as address/length")
    if text.isdecimal() or not network.prefixlen < network.max_prefixlen:
        return Fault("bad-network", message, "write it as address/length")
    return Fault("bad-network", f"{shown(text)} has host bits set", f"write {network}")
