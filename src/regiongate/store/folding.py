"""What the store holds that is finer than a network, or a person's, and how it goes in time."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from regiongate.store.appeals import APPEAL
from regiongate.store.logs import LOG, REJECT

_FOLDED = "folded"


def fold_rejected_lines(connection: sa.Connection, read_before: datetime) -> int:
    """Empty the rejected lines of logs that were last read before; how many.

    Their place and length stay, so that no line is counted twice or lost. The reason goes as
    well: it may repeat what should have been an address.
    """
    logs = sa.select(LOG.c.head).where(LOG.c.read_at < read_before)
    full = sa.func.length(REJECT.c.content) > 0
    change = sa.update(REJECT).where(REJECT.c.log.in_(logs), full)
    return connection.execute(change.values(content=b"", reason=_FOLDED)).rowcount


def forget_appeal_addresses(connection: sa.Connection, decided_before: datetime) -> int:
    """Forget the mail addresses that came with appeals which were decided before; how many."""
    change = sa.update(APPEAL).where(APPEAL.c.decided < decided_before, APPEAL.c.mail.is_not(None))
    return connection.execute(change.values(mail=None)).rowcount
