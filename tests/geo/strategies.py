"""Generated address space: boundaries where mistakes hide, and the slow obvious oracle."""

from ipaddress import IPv4Address, IPv6Address

import numpy as np
from hypothesis import strategies as st

from regiongate.geo import wide
from regiongate.geo.steps import Steps, from_starts

TOP = 1 << 128

_CORNERS = [
    0,
    1 << 24,
    (1 << 32) - 1,
    1 << 32,
    0x0000FFFF << 32,
    0x64FF9B << 96,
    0x20010DB8 << 96,
    (0x20010DB8 << 96) + (1 << 64),
    0x2002 << 112,
    0x2003 << 112,
    (1 << 64) - 1,
    1 << 64,
    TOP - 4,
]

near_corners = st.builds(
    lambda corner, offset: min(max(corner + offset, 0), TOP - 1),
    st.sampled_from(_CORNERS),
    st.integers(-6, 6),
)
anywhere = st.builds(
    lambda number, shift: number >> shift, st.integers(0, TOP - 1), st.integers(0, 127)
)
addresses = near_corners | st.integers(0, (1 << 32) - 1) | anywhere


@st.composite
def steps(draw: st.DrawFn, values: int = 4, most: int = 20) -> Steps:
    """Steps with values from -1 up to `values` - 1."""
    starts = sorted({0, *draw(st.lists(addresses, max_size=most))})
    count = len(starts)
    held = draw(st.lists(st.integers(-1, values - 1), min_size=count, max_size=count))
    return from_starts(*wide.split(starts), np.array(held, dtype=np.int32))


def starts_of(function: Steps) -> list[int]:
    """The starts as Python integers."""
    return [int(hi) << 64 | int(lo) for hi, lo in zip(function.hi, function.lo, strict=True)]


def value_at(function: Steps, address: int) -> int:
    """What the steps hold at an address, found by looking at every step."""
    held = [
        int(value)
        for start, value in zip(starts_of(function), function.value, strict=True)
        if start <= address
    ]
    return held[-1]


def probes(*functions: Steps) -> list[int]:
    """Every boundary of the functions, and the address to each side of it."""
    found = {
        start + offset
        for function in functions
        for start in starts_of(function)
        for offset in (-1, 0, 1)
    }
    return sorted(address for address in found | {TOP - 1} if 0 <= address < TOP)


def as_address(number: int) -> IPv4Address | IPv6Address:
    """The address with a number of the address space, IPv4 below 2**32."""
    return IPv4Address(number) if number < 1 << 32 else IPv6Address(number)
