"""Rounds: each contestant in turn for a moment, again and again.

The machine is shared and its speed drifts by a tenth within a minute. Within one round it hardly
does, so two contestants are compared round by round, and the median of these ratios counts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median, quantiles

from bench import load
from bench.contestant import Contestant, Layout, Running
from bench.process import BenchError, cpu_seconds, peak_memory

WARM_UP_SECONDS = 1.0


@dataclass(frozen=True)
class Turn:
    """One contestant in one round."""

    rate: float
    cpu_us: float
    p50_ms: float
    p99_ms: float


@dataclass(frozen=True)
class Ratio:
    """The median of paired ratios, and the quarter of them below and above."""

    middle: float
    low: float
    high: float


@dataclass(frozen=True)
class Result:
    """All turns of one contestant, and what its processes held at most."""

    contestant: Contestant
    turns: Sequence[Turn]
    memory: int

    def middle(self, of: Callable[[Turn], float]) -> float:
        """The median over the rounds."""
        return median(of(turn) for turn in self.turns)

    def against(self, other: Result, of: Callable[[Turn], float]) -> Ratio:
        """How many times the other's value, round by round."""
        pairs = zip(self.turns, other.turns, strict=True)
        ratios = [of(mine) / of(theirs) for mine, theirs in pairs]
        low, _, high = quantiles(ratios, n=4, method="inclusive") if len(ratios) > 1 else ratios * 3
        return Ratio(median(ratios), low, high)


def play(
    running: Mapping[Contestant, Running],
    layout: Layout,
    rounds: int,
    seconds: float,
    tell: Callable[[str], None],
) -> list[Result]:
    """Warm everyone up, then play the rounds, every second one backwards."""
    order = list(running)
    for contestant in order:
        _turn(contestant, running[contestant], layout, WARM_UP_SECONDS)
    turns: dict[Contestant, list[Turn]] = {contestant: [] for contestant in order}
    for number in range(rounds):
        tell(f"{layout.name}: round {number + 1} of {rounds}")
        for contestant in order if number % 2 == 0 else reversed(order):
            turns[contestant].append(_turn(contestant, running[contestant], layout, seconds))
    return [
        Result(contestant, turns[contestant], peak_memory(running[contestant].pids()))
        for contestant in order
    ]


def _turn(contestant: Contestant, proxy: Running, layout: Layout, seconds: float) -> Turn:
    before = cpu_seconds(proxy.pids())
    shot = load.fire(proxy.port, contestant.requests, seconds, layout.others)
    spent = cpu_seconds(proxy.pids()) - before
    expected = shot.requests if contestant.refused else 0
    # The answers that wrk still waited for when its time was up are not in its count.
    if abs(shot.refused - expected) > load.CONNECTIONS:
        message = f"{shot.refused} of {shot.requests} answers were refusals"
        raise BenchError(f"{contestant.name}: {message}, which is not what this row is about")
    return Turn(shot.rate, spent / shot.requests * 1e6, shot.p50_ms, shot.p99_ms)

