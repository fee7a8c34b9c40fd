"""An account that was suspended as the verbs do it: one proposes, another approves."""

from __future__ import annotations

from regiongate.control.suspend.approve import approve
from regiongate.control.suspend.propose import propose
from regiongate.control.suspend.suspend import suspend
from regiongate.store.database import Database
from tests.support.suspensions import AT, TABLES, Desk, policy

REASON = "all of it is from there"


def suspended(database: Database) -> None:
    """Suspend acme, whose case `suspensions.prepared` has made; bob has approved it."""
    of, desk = policy(), Desk()
    with database.writing() as connection:
        propose(connection, 1, of, TABLES, desk, person="ann", reason=REASON, at=AT)
        approve(connection, 1, of, TABLES, person="bob", at=AT)
        suspend(connection, 1, of, TABLES, desk, person="ann", at=AT)
