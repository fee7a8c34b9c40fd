"""One decision about an appeal: a transaction, and the desk at which it is told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from regiongate.cli.desk_option import DeskChange
from regiongate.control.appeal.sitting import Sitting


@contextmanager
def sitting(change: DeskChange) -> Iterator[Sitting]:
    """The sitting of a change. Raises ProblemsFound or CannotRun."""
    desk = change.desk(change.policy())
    with change.transaction() as connection:
        yield Sitting(connection, desk, change.at)
