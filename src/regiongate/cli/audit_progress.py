"""The bar of a long look at the audit trail."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn

from regiongate.cli.progress import progress
from regiongate.control.audit.check import Hear


@contextmanager
def audit_progress(what: str) -> Iterator[Hear]:
    """A bar of events on a terminal; nothing elsewhere."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with progress(*columns, TimeElapsedColumn()) as bar:
        task = bar.add_task(what, total=None)

        def hear(done: int, count: int) -> None:
            bar.update(task, completed=done, total=count)

        yield hear
