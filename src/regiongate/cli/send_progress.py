"""The bar of a delivery: how many letters, what became of them, and at what rate."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from regiongate.cli.masked import masked
from regiongate.notify.delivery.outcome import Fate, Outcome
from regiongate.store.outbox import Claimed


class Heard:
    """Counts what became of each attempt; workers in several threads may tell it."""

    def __init__(self, bar: Progress, due: int) -> None:
        self._bar = bar
        self._task = bar.add_task("sending", total=due, rate="")
        self._lock = Lock()
        self.fates: Counter[str] = Counter()

    def __call__(self, claimed: Claimed, outcome: Outcome) -> None:
        """Count one, and tell of it where it was not accepted."""
        with self._lock:
            self.fates[outcome.fate.value] += 1
            elapsed = self._bar.tasks[self._task].elapsed
            rate = f"{self.fates.total() / elapsed:.1f}/s" if elapsed else ""
            self._bar.update(self._task, advance=1, rate=rate)
            if outcome.fate is not Fate.ACCEPTED:
                click.echo(_words(claimed, outcome), err=True)


@contextmanager
def send_progress(due: int) -> Iterator[Heard]:
    """A bar on a terminal; elsewhere only what was not accepted."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    more = (TextColumn("{task.fields[rate]}"), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(
        *columns, *more, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        yield Heard(bar, due)


def _words(claimed: Claimed, outcome: Outcome) -> str:
    """One line about an attempt. The relay's own words may name the address, so it is masked."""
    reply = outcome.reply
    said = outcome.detail if reply is None else f"{reply.code} {reply.text}"
    shown = " ".join(said.replace(claimed.address, masked(claimed.address)).split())
    to = f"case {claimed.case}, {masked(claimed.address)}"
    return f"{claimed.id} ({to}): {outcome.fate} at {outcome.stage}: {shown}"
