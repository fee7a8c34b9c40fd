"""The bar of a long look at the audit trail."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from regiongate.control.audit.check import Hear


@contextmanager
def audit_progress(what: str) -> Iterator[Hear]:
    """A bar of events on a terminal; nothing elsewhere."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    console = Console(stderr=True)
    with Progress(
        *columns,
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ) as bar:
        task = bar.add_task(what, total=None)

        def hear(done: int, count: int) -> None:
            bar.update(task, completed=done, total=count)

        yield hear
