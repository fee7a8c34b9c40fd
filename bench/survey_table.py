"""Turns of surveys: rows a second, and times the time of a bare scan."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from bench.rounds import ratio

HEADER = (
    "row",
    "million rows/s",
    "CPU s/million rows",
    "peak MB",
    "of",
    "times its time",
    "by CPU",
)


@dataclass(frozen=True)
class Row:
    """A row. `of` names what its time is compared with; `goal` is the most times of that time,
    `rate` the fewest rows a second, that were wished for.
    """

    name: str
    title: str
    of: str | None = None
    goal: float | None = None
    rate: float | None = None


@dataclass(frozen=True)
class Spent:
    """One turn: rows counted, seconds on the clock and on processors, the most memory in bytes."""

    rows: int
    seconds: float
    cpu: float
    peak: int


@dataclass(frozen=True)
class Done:
    """All turns of a row."""

    asked: Row
    turns: Sequence[Spent]

    def middle(self, of: Callable[[Spent], float]) -> float:
        """The median over the turns."""
        return median(of(turn) for turn in self.turns)


@dataclass(frozen=True)
class SurveyTable:
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
            other = self._other(row)
            if row.asked.goal is not None and other is not None:
                times = _times(row, other, _second)
                word = "reached" if times <= row.asked.goal else "**missed**"
                text = f"{row.asked.title}: {times:.2f} times the time of a bare scan"
                found.append(f"{text}; the goal of {row.asked.goal} is {word}.")
            if row.asked.rate is not None:
                rate = 1 / row.middle(_second)
                word = "reached" if rate >= row.asked.rate else "**missed**"
                text = f"{row.asked.title}: {rate / 1e6:.1f} million rows a second"
                found.append(f"{text}; the goal of {row.asked.rate / 1e6:g} is {word}.")
        return found

    def _other(self, row: Done) -> Done | None:
        return next((one for one in self.rows if one.asked.name == row.asked.of), None)

    def _text(self, row: Done) -> tuple[str, ...]:
        other = self._other(row)
        compared = ("", "", "")
        if other is not None:
            clock, cpu = (f"{_times(row, other, of):.2f}" for of in (_second, _cpu))
            compared = (other.asked.title, clock, cpu)
        return (
            row.asked.title,
            f"{1e-6 / row.middle(_second):.2f}",
            f"{row.middle(_cpu) * 1e6:.2f}",
            f"{max(turn.peak for turn in row.turns) / 1e6:.0f}",
            *compared,
        )


def _second(turn: Spent) -> float:
    """Seconds for one row: a slice counts as if the rest were like it."""
    return turn.seconds / turn.rows


def _cpu(turn: Spent) -> float:
    return turn.cpu / turn.rows


def _times(row: Done, other: Done, of: Callable[[Spent], float]) -> float:
    pairs = zip(row.turns, other.turns, strict=True)
    return ratio([of(mine) / of(theirs) for mine, theirs in pairs]).middle
