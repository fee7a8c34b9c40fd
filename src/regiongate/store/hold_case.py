"""Hold a case: nobody else changes it until the transaction ends."""

from __future__ import annotations

import sqlalchemy as sa

from regiongate.domain.case import Case
from regiongate.store.case_tables import CASE
from regiongate.store.cases import Cases


def hold_case(connection: sa.Connection, number: int) -> Case | None:
    """The case with a number, as it is and stays; None where there is none.

    Whoever decides about a case and what belongs to it does this first, so that two wait for one
    another in one place only. On SQLite a writing transaction holds everything already.
    """
    held = sa.select(CASE.c.number).where(CASE.c.number == number).with_for_update()
    connection.execute(held).all()
    return Cases(connection).get(number)
