"""Turns of the library and its peers: how many addresses a second, at what cost."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from bench.rounds import ratio

HEADER = ("row", "on", "million/s", "CPU ns/address", "peak MB", "ours is times as fast")


@dataclass(frozen=True)
class Asked:
    """A row: addresses one by one on one core, or a column of them on both.

    `ours` names the row of ours that does the same and more; `goal` is addresses a second.
    """

    name: str
    title: str
    column: bool = False
    ours: str | None = None
    goal: float | None = None


@dataclass(frozen=True)
class Spent:
    """One turn: seconds on the clock and on processors, the most memory in bytes."""

    seconds: float
    cpu: float
    peak: int
    addresses: int

    @property
    def rate(self) -> float:
        """Addresses a second."""
        return self.addresses / self.seconds

    @property
    def cost(self) -> float:
        """Nanoseconds of processor time for one address."""
        return self.cpu / self.addresses * 1e9


@dataclass(frozen=True)
class Done:
    """All turns of a row."""

    asked: Asked
    turns: Sequence[Spent]

    def middle(self, of: Callable[[Spent], float]) -> float:
        """The median over the turns."""
        return median(of(turn) for turn in self.turns)


@dataclass(frozen=True)
class LibraryTable:
    """All rows; `absent` says who could not take part, and why."""

    rows: Sequence[Done]
    absent: Mapping[str, str]

    def text_rows(self) -> list[tuple[str, ...]]:
        """The rows as text under `HEADER`."""
        return [self._text(row) for row in self.rows]

    def findings(self) -> list[str]:
        """For each goal whether it is reached."""
        found = []
        for row in self.rows:
            goal = row.asked.goal
            if goal is not None:
                rate = row.middle(lambda turn: turn.rate)
                word = "reached" if rate >= goal else "**missed**"
                text = f"{row.asked.title}: {rate / 1e6:.2f} million addresses a second on"
                found.append(f"{text} {_cores(row)}; the goal of {goal / 1e6:g} is {word}.")
        return found

    def _text(self, row: Done) -> tuple[str, ...]:
        ours = next((one for one in self.rows if one.asked.name == row.asked.ours), None)
        times = ""
        if ours is not None:
            pairs = zip(row.turns, ours.turns, strict=True)
            found = ratio([theirs.cost / mine.cost for theirs, mine in pairs])
            times = f"{found.middle:.1f} ({found.low:.1f}-{found.high:.1f})"
        return (
            row.asked.title,
            _cores(row),
            f"{row.middle(lambda turn: turn.rate) / 1e6:.2f}",
            f"{row.middle(lambda turn: turn.cost):.0f}",
            f"{max(turn.peak for turn in row.turns) / 1e6:.0f}",
            times,
        )


def _cores(row: Done) -> str:
    return "both cores" if row.asked.column else "one core"
