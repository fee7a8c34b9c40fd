"""Fold what is older than the policy keeps it: what is finer than a network, or a person's.

Sightings stay as they are: they never hold more than a network (/24, /48) and a day.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

import sqlalchemy as sa

from regiongate.domain.audit import AuditEvent, Tag
from regiongate.domain.case_rules import CaseRules
from regiongate.store.appeals import Appeals
from regiongate.store.audit import AuditTrail
from regiongate.store.folding import fold_rejected_lines, forget_appeal_addresses


@dataclass(frozen=True, slots=True)
class Folded:
    """How much was folded."""

    rejected_lines: int
    appeal_files: int
    appeal_addresses: int


def fold(connection: sa.Connection, rules: CaseRules, *, actor: str, at: datetime) -> Folded:
    """Remove contents of rejected lines, files of appeals and mail addresses given with them.

    Of lines that counts which are in logs last read before `rules.keep`, of appeals those that
    were decided before it. Folding twice is folding once.
    """
    before = at - rules.keep
    found = Folded(
        rejected_lines=fold_rejected_lines(connection, before),
        appeal_files=Appeals(connection).remove_contents(before, at),
        appeal_addresses=forget_appeal_addresses(connection, before),
    )
    if any(asdict(found).values()):
        event = AuditEvent(at, actor, Tag.ADDRESSES_FOLDED, None, asdict(found))
        AuditTrail(connection).write([event])
    return found
