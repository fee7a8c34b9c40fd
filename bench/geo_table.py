"""Turns of geographic work: what each took, and how many times as fast one is as another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from bench.rounds import Ratio, ratio

HEADER = ("row", "networks", "seconds", "CPU s", "peak MB", "of", "times as fast")


@dataclass(frozen=True)
class Spent:
    """One turn: seconds on the clock and on a processor, and the most memory held, in bytes."""

    seconds: float
    cpu: float
    peak: int


@dataclass(frozen=True)
class Work:
    """A row: what was done, and over how many networks.

    `against` names the row that does the same another way, `times` is how many times as fast as
    it this one should be. `seconds` and `memory` (bytes) are what a turn may take at most.
    """

    name: str
    title: str
    networks: int
    against: str | None = None
    times: float | None = None
    seconds: float | None = None
    memory: int | None = None


@dataclass(frozen=True)
class Done:
    """All turns of a row."""

    work: Work
    turns: Sequence[Spent]

    def middle(self, of: Callable[[Spent], float]) -> float:
        """The median over the turns."""
        return median(of(turn) for turn in self.turns)

    def peak(self) -> int:
        """The most memory of all turns."""
        return max(turn.peak for turn in self.turns)

    def faster_than(self, other: Done) -> Ratio:
        """How many times the other's time on the clock, turn by turn, with both cores for each."""
        return ratio([o.seconds / m.seconds for m, o in zip(self.turns, other.turns, strict=False)])


@dataclass(frozen=True)
class GeoTable:
    """All rows of geographic work."""

    rows: Sequence[Done]

    def find(self, name: str | None) -> Done | None:
        """A row that was measured."""
        return next((row for row in self.rows if row.work.name == name), None)

    def text_rows(self) -> list[tuple[str, ...]]:
        """The rows as text under `HEADER`."""
        return [self._text(row) for row in self.rows]

    def findings(self) -> list[str]:
        """For each goal whether it is reached, by how much."""
        return [text for row in self.rows for text in self._goals(row)]

    def _text(self, row: Done) -> tuple[str, ...]:
        other = self.find(row.work.against)
        compared = ("", "")
        if other is not None:
            found = row.faster_than(other)
            compared = (
                other.work.title,
                f"{found.middle:.1f} ({found.low:.1f}-{found.high:.1f})",
            )
        return (
            row.work.title,
            f"{row.work.networks:,}".replace(",", " "),
            f"{row.middle(lambda turn: turn.seconds):.2f}",
            f"{row.middle(lambda turn: turn.cpu):.2f}",
            f"{row.peak() / 1e6:.0f}",
            *compared,
        )

    def _goals(self, row: Done) -> list[str]:
        found = []
        other = self.find(row.work.against)
        if row.work.times is not None and other is not None:
            times = row.faster_than(other).middle
            word = _reached(times >= row.work.times)
            text = f"{row.work.title}: {times:.0f} times as fast as *{other.work.title}*"
            found.append(f"{text}; the goal of {row.work.times:g} is {word}.")
        if row.work.seconds is not None:
            seconds = row.middle(lambda turn: turn.seconds)
            word = _reached(seconds < row.work.seconds)
            text = (
                f"{row.work.title}: {seconds:.2f} s; the goal of less than {row.work.seconds:g} s"
            )
            found.append(f"{text} is {word}.")
        if row.work.memory is not None:
            word = _reached(row.peak() < row.work.memory)
            text = f"{row.work.title}: {row.peak() / 1e6:.0f} MB at most"
            found.append(f"{text}; the goal of less than {row.work.memory / 1e6:.0f} MB is {word}.")
        return found


def _reached(it: bool) -> str:
    return "reached" if it else "**missed**"
