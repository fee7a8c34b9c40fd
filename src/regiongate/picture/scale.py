"""What a colour means: categories for words, bands for numbers. Each knows its legend."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from math import isnan
from typing import Protocol, TypeVar

from regiongate.picture.palette import RAMP, SHADES

Value_contra = TypeVar("Value_contra", contravariant=True)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a legend: a shade of the palette and what it stands for."""

    shade: str
    label: str


class Scale(Protocol[Value_contra]):
    """Turns values into shades."""

    def shade(self, value: Value_contra) -> str:
        """The name of the value's shade."""
        ...

    def legend(self) -> tuple[Entry, ...]:
        """Every shade with what it stands for, in order."""
        ...


@dataclass(frozen=True, slots=True)
class Categories:
    """Words, each with the shade of the same name: verdicts and classes of places.

    `entries` are in the order of the legend. Raises ValueError for a shade that the palette does
    not have and for one that stands twice.
    """

    entries: tuple[Entry, ...]

    def __post_init__(self) -> None:
        names = [entry.shade for entry in self.entries]
        strange = sorted(set(names) - SHADES.keys())
        if strange or len(set(names)) < len(names):
            raise ValueError(f"not shades of the palette, each once: {strange or names}")

    @classmethod
    def of(cls, labels: Mapping[str, str]) -> Categories:
        """Categories from shade → label."""
        return cls(tuple(Entry(shade, label) for shade, label in labels.items()))

    def shade(self, value: str) -> str:
        """The value itself; raises ValueError when it is none of the categories."""
        if not any(entry.shade == value for entry in self.entries):
            raise ValueError(f"{value!r} is none of the categories")
        return value

    def legend(self) -> tuple[Entry, ...]:
        """The entries."""
        return self.entries


@dataclass(frozen=True, slots=True)
class Bands:
    """Numbers, lighter to darker (darker to lighter on a dark ground).

    `bounds` rise; band i holds what is at least `bounds[i]` and less than the next bound, the last
    band everything from its bound on. Raises ValueError unless there are one to six of them.
    """

    bounds: tuple[float, ...]
    unit: str = ""

    def __post_init__(self) -> None:
        rising = all(a < b for a, b in zip(self.bounds, self.bounds[1:], strict=False))
        if not rising or not 1 <= len(self.bounds) <= len(RAMP):
            raise ValueError(f"one to {len(RAMP)} rising bounds are wanted, not {self.bounds}")

    def shade(self, value: float) -> str:
        """The value's band; raises ValueError for what is below the first bound, and for NaN."""
        at = bisect_right(self.bounds, value)
        if at == 0 or isnan(value):
            raise ValueError(f"{value} is below the first bound, {self.bounds[0]}")
        return RAMP[self._first() + at - 1]

    def legend(self) -> tuple[Entry, ...]:
        """One entry a band."""
        ends = [f"up to {_number(bound)}" for bound in self.bounds[1:]]
        labels = [
            f"{_number(bound)} {end}"
            for bound, end in zip(self.bounds, [*ends, "and more"], strict=True)
        ]
        labels[0] += f" {self.unit}".rstrip()
        return tuple(Entry(RAMP[self._first() + at], label) for at, label in enumerate(labels))

    def _first(self) -> int:
        # Few bands use the strong end, which is easier to see.
        return (len(RAMP) - len(self.bounds)) // 2


def _number(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:g}"
