"""The bar of a delivery: how many letters, what became of them, and at what rate."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from regiongate.cli.progress import progress
from regiongate.control.notices.unaccepted import Unaccepted, unaccepted
from regiongate.notify.delivery.outcome import Outcome
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
            told = unaccepted(claimed, outcome)
            if told is not None:
                click.echo(_words(told), err=True)


@contextmanager
def send_progress(due: int) -> Iterator[Heard]:
    """A bar on a terminal; elsewhere only what was not accepted."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    more = (TextColumn("{task.fields[rate]}"), TimeElapsedColumn())
    with progress(*columns, *more) as bar:
        yield Heard(bar, due)


def _words(one: Unaccepted) -> str:
    """One line about an attempt."""
    said = one.said if one.code is None else f"{one.code} {one.said}"
    return f"{one.notice} (case {one.case}, {one.to}): {one.fate} at {one.stage}: {said}"
