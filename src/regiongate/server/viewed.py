"""Who looked at whose personal data stands in the audit trail, as a change does."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from regiongate.domain.access import Caller
from regiongate.domain.audit import AuditEvent, Tag
from regiongate.store.audit import AuditTrail


def viewed(
    connection: sa.Connection, caller: Caller, what: str, organization: str | None, at: datetime
) -> None:
    """Note that somebody was shown personal data: `what` names the page, never what it showed."""
    detail = {"what": what, "by": caller.by}
    event = AuditEvent(at, caller.person.name, Tag.PERSONAL_DATA_VIEWED, organization, detail)
    AuditTrail(connection).write([event])
