"""What a sorted table says of each address, for whole columns."""

from __future__ import annotations

import numpy as np

from regiongate.geo.column.pages import SHARED, Pages
from regiongate.geo.column.parse import Addresses
from regiongate.geo.steps import NONE, V4_END, Steps, Values


class Positions:
    """Finds the values of addresses in a table of steps: IPv4 in its pages, the rest by halving."""

    def __init__(self, steps: Steps, pages: Pages) -> None:
        self._steps = steps
        self._pages = pages

    def of(self, addresses: Addresses) -> Values:
        """The value (int32[n]) of the step that holds each address; -1 where it is not valid."""
        hi, lo = addresses.hi, addresses.lo
        v4 = (hi == 0) & (lo < V4_END)
        number = np.where(v4, lo, np.uint64(0)).view(np.int64)
        page = self._pages.page.take(number >> 16).astype(np.int64)
        found: Values = self._pages.entries.take(page << 8 | (number >> 8 & 0xFF))
        rest = np.flatnonzero(~v4 | (found == SHARED))
        # In their order they find what they look for next to what was looked for just before.
        rest = rest[np.argsort(hi[rest])]
        found[rest] = self._steps.lookup_many(hi[rest], lo[rest])
        found[~addresses.valid] = NONE
        return found
