"""Expire: what is left of grants that have ended lapses."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from regiongate.control.acting import acting
from regiongate.domain.ledger import TokenGrant
from regiongate.domain.role import Act
from regiongate.store.ledger import Ledger


def expire(connection: sa.Connection, person: str, at: datetime) -> tuple[TokenGrant, ...]:
    """Let lapse what has ended by an instant: the grants as they were, by account and id.

    Nobody could have spent it anyway; the turn writes it down. Raises CannotRun where the person
    may not.
    """
    actor = acting(connection, person, Act.KEEP_LEDGER)
    ledger = Ledger(connection)
    # Accounts in one order, so that two turns at once wait for one another and never in a circle.
    held = {grant.account for grant in ledger.over(at)}
    for account in sorted(held):
        ledger.hold(account)
    # What is over is asked again: another turn may have been faster.
    found = tuple(grant for grant in ledger.over(at) if grant.account in held)
    for grant in found:
        ledger.lapse(grant, actor.name, at)
    return found
