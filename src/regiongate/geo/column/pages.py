"""IPv4 as pages: the value of every /24, found by two look-ups instead of by halving a table."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from regiongate.geo.steps import V4_END, Steps, Values

SHARED = -2
"""What stands for a /24 that more than one step shares; -1 is an address without a value."""

PAGE = 256
"""How many /24 a page has: those of one /16."""

_TOPS = 1 << 16


@dataclass(frozen=True, slots=True, eq=False)
class Pages:
    """`entries[(page[n >> 16] << 8) | (n >> 8 & 255)]` is the value at the IPv4 address n.

    `page` (int32[65536]) has a page for each /16, `entries` (int32[pages * 256]) the pages. A /16
    of one value shares its page with every other one of that value, so a whole country database
    takes some 15 MB instead of the 64 MiB of a flat table.
    """

    page: npt.NDArray[np.int32]
    entries: Values


def pages(steps: Steps) -> Pages:
    """The pages of the IPv4 part of a table of steps."""
    v4 = int(np.searchsorted(steps.lo[steps.hi == 0], np.uint64(V4_END)))
    starts = steps.lo[:v4].astype(np.int64)
    value = steps.value[:v4]
    divided = np.unique(starts[starts & 0xFFFF != 0] >> 16)
    whole = np.delete(np.arange(_TOPS), divided)
    at = np.searchsorted(starts, whole << 16, side="right") - 1
    distinct, which = np.unique(value[at], return_inverse=True)
    page = np.empty(_TOPS, dtype=np.int32)
    page[whole] = which
    page[divided] = distinct.size + np.arange(divided.size)
    networks = (divided[:, None] << 8) + np.arange(PAGE)
    inside = value[np.searchsorted(starts, networks.ravel() << 8, side="right") - 1]
    entries = np.concatenate([np.repeat(distinct, PAGE), inside]).astype(np.int32)
    shared = starts[starts & 0xFF != 0] >> 8
    entries[page[shared >> 8].astype(np.int64) * PAGE + (shared & 0xFF)] = SHARED
    return Pages(page, entries)
