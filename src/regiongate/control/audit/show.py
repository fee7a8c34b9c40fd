"""What the audit trail says: the newest events that are asked for."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from itertools import islice

import sqlalchemy as sa

from regiongate.control.case_of import case_of
from regiongate.domain.audit import Json
from regiongate.domain.chain import Entry
from regiongate.store.audit import AuditTrail, Which


@dataclass(frozen=True, slots=True)
class Shown:
    """An event as it is shown; what it says is None where its content has been erased."""

    number: int
    at: str
    tag: str
    actor: str | None
    organization: str | None
    detail: Json


def show(
    connection: sa.Connection, which: Which, case: int | None, most: int | None
) -> list[Shown]:
    """The newest `most` events (None: all), the oldest of them first; `case` is a case's number.

    Raises CannotRun when there is no such case.
    """
    if case is not None:
        organization = case_of(connection, case).organization
        if which.organization not in (None, organization):
            return []
        which = replace(which, organization=organization)
    entries = AuditTrail(connection).entries(which, newest_first=True)
    found = (one for one in map(shown, entries) if case is None or _is_of(one, case))
    return list(islice(found, most))[::-1]


def shown(entry: Entry) -> Shown:
    """An event as it is shown."""
    said = entry.content
    if said is None:
        return Shown(entry.number, entry.at, entry.tag, None, None, None)
    detail = json.loads(said.detail)
    return Shown(entry.number, entry.at, entry.tag, said.actor, said.organization, detail)


def _is_of(one: Shown, case: int) -> bool:
    return isinstance(one.detail, dict) and one.detail.get("case") == case
