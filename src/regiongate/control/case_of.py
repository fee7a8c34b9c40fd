"""The case that a command names."""

from __future__ import annotations

import sqlalchemy as sa

from regiongate.domain.case import Case
from regiongate.domain.errors import CannotRun
from regiongate.store.cases import Cases


def case_of(connection: sa.Connection, number: int) -> Case:
    """The case with a number. Raises CannotRun where there is none."""
    found = Cases(connection).get(number)
    if found is None:
        raise CannotRun(f"there is no case {number}: see regiongate case list")
    return found
