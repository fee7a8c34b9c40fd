"""Who writes the notices of a suspension: the desk, or what stands for it in a test."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol

import sqlalchemy as sa

from regiongate.control.notices.told import Told
from regiongate.domain.case import Case
from regiongate.domain.evidence import Evidence
from regiongate.domain.notice import Event, Suspension


class Tells(Protocol):
    """Writes the notice of each case, once for each occasion (`control.notices.desk.Desk`)."""

    def write(
        self,
        connection: sa.Connection,
        cases: Sequence[Case],
        told: Told,
        at: datetime,
        *,
        actor: str = ...,
    ) -> list[str]:
        """The ids of the notices that are new."""
        ...


def told_of(event: Event, step: int, evidence: Iterable[Evidence], at: datetime) -> Told:
    """What is told of a proposal or a suspension; each proposal (`step`) is an occasion."""
    kinds = tuple(one.kind for one in evidence)
    return Told(event, occasion=str(step), suspension=Suspension(kinds, at))
