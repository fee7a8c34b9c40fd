"""Making a case loud about a notice, and quiet again: what a person must look at is never lost."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from regiongate.domain.audit import AuditEvent, Json, Tag
from regiongate.store.audit import AuditTrail
from regiongate.store.cases import Cases

_AND = "; "
"""What parts the reasons for which a case is loud."""


def be_loud(connection: sa.Connection, case: int, why: str, at: datetime, actor: str) -> None:
    """Add a reason for which a person must look at a case, once."""
    cases = Cases(connection)
    found = cases.get(case)
    if found is None:
        return  # Erased meanwhile: nobody is left to look after.
    reasons = found.loud.split(_AND) if found.loud else []
    if why not in reasons:
        cases.be_loud(case, _AND.join([*reasons, why]))
        said: dict[str, Json] = {"case": case, "reason": why}
        event = AuditEvent(at, actor, Tag.CASE_LOUD, found.organization, said)
        AuditTrail(connection).write([event])


def be_quiet(connection: sa.Connection, case: int, about: str) -> None:
    """Take back the reasons that name something, such as the id of a notice that is settled."""
    cases = Cases(connection)
    found = cases.get(case)
    if found is not None and found.loud:
        left = [why for why in found.loud.split(_AND) if about not in why]
        cases.be_loud(case, _AND.join(left) or None)
