"""The bar of a survey: what is being done, how many rows of about how many, at what rate."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress import (
    BarColumn,
    ProgressColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
)
from rich.text import Text

from regiongate.cli.progress import progress
from regiongate.control.survey.survey import Hear


class _Rows(ProgressColumn):
    """`4.1 of about 10.0 M rows, 2.9 M/s`, while rows are read."""

    def render(self, task: Task) -> Text:
        """The column's text."""
        about, seconds = task.fields.get("rows", 0), task.elapsed
        if not about or not seconds:
            return Text("")
        done = task.completed * about
        rate = f"{done / seconds / 1e6:.1f} M/s"
        return Text(f"{done / 1e6:.1f} of about {about / 1e6:.1f} M rows, {rate}")


@contextmanager
def survey_progress() -> Iterator[Hear]:
    """A bar on a terminal; nothing elsewhere."""
    columns = (TextColumn("{task.description}"), BarColumn(), _Rows(), TimeElapsedColumn())
    with progress(*columns) as bar:
        task = bar.add_task("reading", total=1.0)

        def hear(what: str, share: float, rows: int = 0) -> None:
            bar.update(task, description=what, completed=share, rows=rows)

        yield hear
