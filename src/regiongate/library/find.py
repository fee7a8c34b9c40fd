"""Which record of the verdict database one address has: a few hundred nanoseconds an address."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address
from socket import AF_INET, AF_INET6, inet_pton
from struct import Struct
from typing import Any

import numpy as np

from regiongate.domain.address import V4_EMBEDDINGS, canonical
from regiongate.geo.column.pages import PAGE, SHARED, Pages
from regiongate.geo.steps import V4_END, Steps
from regiongate.geo.wide import MAX64, U64

_CARRIERS = tuple(
    (int(network.network_address), int(network.broadcast_address), shift)
    for network, shift in V4_EMBEDDINGS
)
_CARRIER_STARTS = frozenset(first >> 112 for first, _, _ in _CARRIERS)
"""The first 16 bits of the networks in which an IPv6 address carries an IPv4 address."""


Address = str | IPv4Address | IPv6Address
"""An address as a caller may have it."""


def text_of(address: Address) -> str:
    """The text of an address; TypeError when it is neither text nor an address of `ipaddress`."""
    if not isinstance(address, str | IPv4Address | IPv6Address):
        kind = type(address).__name__
        raise TypeError(f"an address is text, or an object of ipaddress, not {kind}: {address!r}")
    return str(address)


def finder(steps: Steps, pages: Pages) -> Callable[[Address], int]:
    """What finds the value of the step that holds an address, -1 for none.

    It takes what `text_of` takes. It raises BadAddress for exactly the texts that
    `domain.address.canonical` refuses, and reads every other one as that does. Everything it
    needs is in its closure, for speed.
    """
    octets = _by_octets(pages)
    hi, lo = array("Q", steps.hi.tobytes()), array("Q", steps.lo.tobytes())
    values, bounds = array("i", steps.value.tobytes()), _bounds(steps.hi)
    v4_steps = int(np.searchsorted(steps.lo[steps.hi == 0], np.uint64(V4_END)))
    v4_family, v6_family = int(AF_INET), int(AF_INET6)
    halves = Struct(">QQ").unpack

    def v4(number: int) -> int:
        return values[bisect_right(lo, number, 0, v4_steps) - 1]

    def v6(above: int, below: int) -> int:
        top = above >> 48
        if top in _CARRIER_STARTS:
            carried = _carried(above << 64 | below)
            if carried < V4_END:
                return v4(carried)
        step = bisect_right(hi, above, bounds[top], bounds[top + 1])
        if lo[step - 1] and hi[step - 1] == above:
            step = bisect_right(lo, below, bisect_left(hi, above, 0, step), step)
        return values[step - 1]

    def find(text: Any) -> int:  # Nearly always text; what is not ends in the TypeError.
        try:
            if ":" in text:
                above, below = halves(inet_pton(v6_family, text))
                return v6(above, below)
            packed = inet_pton(v4_family, text)
        except TypeError:
            return find(text_of(text))
        except (OSError, ValueError):
            # The slow way knows what is wrong with it, and has the last word on whether it is.
            number = int(canonical(text))
            return v6(number >> 64, number & MAX64)
        found = octets[packed[0]][packed[1]][packed[2]]
        return found if found != SHARED else v4(int.from_bytes(packed))

    return find


def _by_octets(pages: Pages) -> list[list[array[int]]]:
    """The pages by the first octet and the second: an interpreter indexes faster than it shifts."""
    each = [array("i", page.tobytes()) for page in pages.entries.reshape(-1, PAGE)]
    return [[each[page] for page in row] for row in pages.page.reshape(256, 256).tolist()]


def _bounds(starts: U64) -> list[int]:
    """How many starts have smaller first 16 bits, for all that there are, and how many there are.

    The step that holds a number then ends at the last start not above it in its own slice, or,
    where there is none, at the one before the slice.
    """
    tops = np.arange(1 << 16, dtype=np.uint64) << np.uint64(48)
    return [*np.searchsorted(starts, tops).tolist(), starts.size]


def _carried(number: int) -> int:
    for first, last, shift in _CARRIERS:
        if first <= number <= last:
            return number >> shift & 0xFFFFFFFF
    return number
