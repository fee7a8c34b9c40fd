"""Many numbers as few ranges: `3`, `7-9`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator


class Ranges:
    """A set of whole numbers that often follow one another."""

    def __init__(self, numbers: Iterable[int] = ()) -> None:
        self._ranges: list[tuple[int, int]] = []
        for number in numbers:
            self.add(number)

    def __iter__(self) -> Iterator[tuple[int, int]]:
        """First and last of each range, sorted."""
        self._merge()
        return iter(self._ranges)

    def __len__(self) -> int:
        return sum(last - first + 1 for first, last in self)

    def __str__(self) -> str:
        parts = (str(first) if first == last else f"{first}-{last}" for first, last in self)
        return ",".join(parts)

    def add(self, number: int) -> None:
        """Add a number; cheap where it follows the one before."""
        if self._ranges and self._ranges[-1][1] == number - 1:
            self._ranges[-1] = (self._ranges[-1][0], number)
        else:
            self._ranges.append((number, number))

    def add_text(self, text: str) -> None:
        """Add what `str` of another says. Raises ValueError."""
        for part in filter(None, text.split(",")):
            first, _, last = part.partition("-")
            self._ranges.append((int(first), int(last or first)))

    def without(self, other: Ranges) -> Iterator[tuple[int, int]]:
        """The ranges that are left when another's are taken away."""
        others = list(other)
        at = 0
        for first, last in self:
            begin = first
            while at < len(others) and others[at][0] <= last:
                taken, until = others[at]
                if begin < taken:
                    yield begin, taken - 1
                begin = max(begin, until + 1)
                if until >= last:
                    break  # It may reach into the next range as well.
                at += 1
            if begin <= last:
                yield begin, last

    def _merge(self) -> None:
        merged: list[tuple[int, int]] = []
        for first, last in sorted(self._ranges):
            if merged and first <= merged[-1][1] + 1:
                merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
            else:
                merged.append((first, last))
        self._ranges = merged
