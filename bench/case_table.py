"""Cases under load: what a turn over everybody takes, and how many notices a second."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

HEADER = ("row", "how many", "seconds", "CPU s", "a second", "peak MB")


@dataclass(frozen=True)
class Done:
    """One piece of work: over how many, seconds on the clock and on a processor, memory in bytes.

    `goal` is how many seconds it may take at most.
    """

    name: str
    title: str
    count: int
    seconds: float
    cpu: float
    peak: int
    goal: float | None = None


@dataclass(frozen=True)
class CaseTable:
    """All rows; `absent` says what could not be measured, and why."""

    rows: Sequence[Done]
    absent: Mapping[str, str]

    def text_rows(self) -> list[tuple[str, ...]]:
        """The rows as text under `HEADER`."""
        return [
            (
                row.title,
                f"{row.count:,}".replace(",", " "),
                f"{row.seconds:.1f}",
                f"{row.cpu:.1f}",
                f"{row.count / row.seconds:,.0f}".replace(",", " "),
                f"{row.peak / 1e6:.0f}",
            )
            for row in self.rows
        ]

    def findings(self) -> list[str]:
        """For each goal whether it is reached, and how we stand to a plain loop."""
        goals = [
            f"{row.title}: {row.seconds:.1f} s; the goal of less than {row.goal:g} s is "
            f"{'reached' if row.seconds < row.goal else '**missed**'}."
            for row in self.rows
            if row.goal is not None
        ]
        return [*goals, *self._ratios()]

    def _ratios(self) -> Iterator[str]:
        """How many letters a CPU second, as a multiple of the peer's."""
        rates = {row.name: row.count / row.cpu for row in self.rows}
        for work, did in (("compose", "composed and kept"), ("send", "sent, and known of")):
            ours, peer = rates.get(f"case-{work}-sqlite"), rates.get(f"case-{work}-peer")
            if ours and peer:
                yield (
                    f"Letters {did}: {ours:,.0f} a CPU second, {ours / peer:.2f} times as many as "
                    f"the plain loop's {peer:,.0f}."
                )
