"""What an address counts for: each one alike, or by the requests that came from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeVar

import numpy as np
import numpy.typing as npt

from regiongate.geo.compare.overlay import Overlay, Weights
from regiongate.geo.steps import address_count_v4
from regiongate.geo.store.coverage import sizes_48

Family = Literal["4", "6", "both"]
Number = TypeVar("Number")


@dataclass(frozen=True, slots=True)
class Amount:
    """How much there is: of IPv4 addresses, of IPv6 networks of 48 bits, or requests of either.

    None for a family that was not asked for. Parts of a network are rounded.
    """

    ipv4: int | None
    ipv6: int | None

    @property
    def largest(self) -> int:
        """What lists are sorted by: IPv4 where it was asked for."""
        return (self.ipv4 if self.ipv4 is not None else self.ipv6) or 0


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a whole, from 0 to 1; None where there is no whole, or nobody asked."""

    ipv4: float | None
    ipv6: float | None


@dataclass(frozen=True, slots=True)
class Unit:
    """Which families are counted, and how: turns weights (float64[2]) into what people read."""

    family: Family

    def amount(self, weights: npt.NDArray[np.float64]) -> Amount:
        """Weights as whole numbers."""
        four, six = (round(float(weight)) for weight in weights)
        return Amount(*self._asked(four, six))

    def share(self, part: npt.NDArray[np.float64], whole: npt.NDArray[np.float64]) -> Share:
        """A part of a whole with six digits behind the point."""
        four, six = (
            round(float(p / w), 6) if w else None for p, w in zip(part, whole, strict=True)
        )
        return Share(*self._asked(four, six))

    def _asked(self, four: Number, six: Number) -> tuple[Number | None, Number | None]:
        return (None if self.family == "6" else four, None if self.family == "4" else six)


def by_addresses(laid: Overlay) -> Weights:
    """The IPv4 addresses and the IPv6 networks of 48 bits in each step (float64[n, 2]).

    To count the 2**128 addresses of IPv6 would mean nothing: a site has a network of 48 bits.
    """
    return np.stack([address_count_v4(laid.hi, laid.lo), sizes_48(laid.hi, laid.lo)], axis=1)
