"""What waits to be sent, and what of it is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from regiongate.domain.notice import Event
from regiongate.domain.role import SYSTEM
from regiongate.store.outbox import Outbox


@dataclass(frozen=True, slots=True)
class Due:
    """How many letters of an event are due in a language."""

    event: Event
    language: str
    letters: int


@dataclass(frozen=True, slots=True)
class Outlook:
    """What the next sending meets as of an instant.

    `waiting` counts those that are due later, too. `late` are those whose date has come: they are
    cancelled instead.
    """

    due: tuple[Due, ...]
    waiting: int
    late: int

    @property
    def letters(self) -> int:
        """How many are due."""
        return sum(one.letters for one in self.due)


def outlook(connection: sa.Connection, at: datetime) -> Outlook:
    """What waits to be sent."""
    outbox = Outbox(connection, SYSTEM)
    due = tuple(Due(*one) for one in outbox.due_by(at))
    return Outlook(due, outbox.waiting(at), outbox.late(at))
