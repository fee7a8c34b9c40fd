"""What servers reported of notices: each report once, and what it makes of the notice."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

import sqlalchemy as sa

from regiongate.domain.audit import AuditEvent, Json, Tag
from regiongate.store.audit import AuditTrail
from regiongate.store.notice_tables import BOUNCE, NOTICE, NoticeState
from regiongate.store.notices import KeptNotice


@dataclass(frozen=True, slots=True)
class Reported:
    """A report about a notice. The fields are the columns of BOUNCE."""

    digest: str
    recipient: str
    notice: str
    recognized: str
    action: str
    status: str
    diagnostic: str
    read_at: datetime


class Bounces:
    """The reports within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(self, report: Reported) -> bool:
        """Keep a report; False when it is known already. Its notice is in the store."""
        known = (BOUNCE.c.digest == report.digest) & (BOUNCE.c.recipient == report.recipient)
        if self._connection.execute(sa.select(BOUNCE.c.notice).where(known)).first() is not None:
            return False
        self._connection.execute(sa.insert(BOUNCE).values(asdict(report)))
        return True

    def of(self, notice: str) -> list[Reported]:
        """The reports about a notice, in the order in which they were read."""
        query = sa.select(BOUNCE).where(BOUNCE.c.notice == notice)
        ordered = query.order_by(BOUNCE.c.read_at, BOUNCE.c.digest)
        return [Reported(**row._mapping) for row in self._connection.execute(ordered)]

    def bounce(self, notice: KeptNotice, at: datetime, actor: str, status: str) -> bool:
        """Note that an accepted notice did not arrive; False when that was known, or it is none."""
        change = (
            sa.update(NOTICE)
            .where(NOTICE.c.id == notice.id, NOTICE.c.bounced_at.is_(None))
            .where(NOTICE.c.state == NoticeState.ACCEPTED.value)
            .values(bounced_at=at)
        )
        if self._connection.execute(change).rowcount != 1:
            return False
        said: dict[str, Json] = {"notice": notice.id, "case": notice.case, "status": status}
        event = AuditEvent(at, actor, Tag.NOTICE_BOUNCED, notice.organization, said)
        AuditTrail(self._connection).write([event])
        return True
