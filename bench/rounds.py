"""Rounds: each contestant in turn for a moment, again and again.

The machine is shared and its speed drifts by a tenth within a minute. Within one round it hardly
does, so two contestants are compared round by round, and the median of these ratios counts. Two
processes of the same program differ too, by where their memory happens to lie; so everyone is
started afresh several times.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from statistics import median, quantiles

from bench import load
from bench.contestant import Contestant, Layout, Proxy, Running
from bench.process import BenchError, cpu_seconds, let_settle, peak_memory

WARM_UP_SECONDS = 1.0

STREAMS = 150
"""How many answers are streamed at a time: enough for a load, and no proxy is at its limit."""
_STREAM_TURN = 4
"""How much longer a turn of streams is."""

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Turn:
    """One contestant in one round."""

    rate: float
    cpu_us: float
    p50_ms: float
    p99_ms: float
    memory: int


@dataclass(frozen=True)
class Ratio:
    """The median of paired ratios, and what a quarter of them are below and above."""

    middle: float
    low: float
    high: float


@dataclass(frozen=True)
class Result:
    """All turns of one contestant."""

    contestant: Contestant
    turns: Sequence[Turn]

    def middle(self, of: Callable[[Turn], float]) -> float:
        """The median over the rounds."""
        return median(of(turn) for turn in self.turns)

    def memory(self) -> int:
        """The most memory that its processes held."""
        return max(turn.memory for turn in self.turns)

    def against(self, other: Result, of: Callable[[Turn], float]) -> Ratio:
        """How many times the other's value, round by round."""
        pairs = zip(self.turns, other.turns, strict=True)
        return ratio([of(mine) / of(theirs) for mine, theirs in pairs])


def ratio(paired: Sequence[float]) -> Ratio:
    """The ratio that stands for those of single rounds."""
    low, _, high = quantiles(paired, n=4, method="inclusive") if len(paired) > 1 else [*paired] * 3
    return Ratio(median(paired), low, high)


@dataclass(frozen=True)
class Plan:
    """How long all of it takes."""

    starts: int
    rounds: int
    seconds: float


def play(
    contestants: Sequence[Contestant], layout: Layout, plan: Plan, tell: Tell
) -> tuple[list[Result], dict[str, str]]:
    """All turns of those who could take part, and why the others could not."""
    turns: dict[Contestant, list[Turn]] = {row: [] for row in contestants}
    absent: dict[str, str] = {}
    for number in range(plan.starts):
        with ExitStack() as stack:
            running, failed = _start(contestants, layout, stack)
            absent |= failed
            tell(f"{layout.name}: start {number + 1} of {plan.starts}, {len(running)} rows")
            for contestant, found in _rounds(running, layout, plan):
                turns[contestant].append(found)
    present = [row for row in contestants if row.name not in absent]
    return [Result(row, turns[row]) for row in present], absent


def _start(
    contestants: Iterable[Contestant], layout: Layout, stack: ExitStack
) -> tuple[dict[Contestant, Running], dict[str, str]]:
    started: dict[Proxy, Running] = {}
    running: dict[Contestant, Running] = {}
    failed: dict[str, str] = {}
    for row in contestants:
        try:
            if row.proxy not in started:
                started[row.proxy] = row.proxy.start(layout)
                stack.callback(started[row.proxy].stop)
            running[row] = started[row.proxy]
        except BenchError as error:
            failed[row.name] = str(error)
    return running, failed


def _rounds(
    running: Mapping[Contestant, Running], layout: Layout, plan: Plan
) -> Iterable[tuple[Contestant, Turn]]:
    """Warm everyone up, then play the rounds, every second one backwards."""
    order = list(running)
    for contestant in order:
        _turn(contestant, running[contestant], layout, WARM_UP_SECONDS)
    for number in range(plan.rounds):
        for contestant in order if number % 2 == 0 else reversed(order):
            yield contestant, _turn(contestant, running[contestant], layout, plan.seconds)


def _turn(contestant: Contestant, proxy: Running, layout: Layout, seconds: float) -> Turn:
    before = cpu_seconds(proxy.pids())
    longer, connections = (_STREAM_TURN, STREAMS) if contestant.streamed else (1, load.CONNECTIONS)
    shot = load.fire(proxy.port, contestant.requests, seconds * longer, layout.others, connections)
    spent = cpu_seconds(proxy.pids()) - before
    let_settle(proxy.pids())
    expected = shot.requests if contestant.refused else 0
    # The answers that wrk still waited for when its time was up are not in its count.
    if abs(shot.refused - expected) > load.CONNECTIONS:
        message = f"{shot.refused} of {shot.requests} answers were refusals"
        raise BenchError(f"{contestant.name}: {message}, which is not what this row is about")
    rate = shot.rate
    if contestant.streamed:
        # They end in waves, and the last wave not in time: it counts for as much as came of it.
        rate = STREAMS / shot.p50_ms * 1e3
    return Turn(
        rate=rate,
        cpu_us=spent / (rate * shot.seconds) * 1e6,
        p50_ms=shot.p50_ms,
        p99_ms=shot.p99_ms,
        memory=peak_memory(proxy.pids()),
    )
