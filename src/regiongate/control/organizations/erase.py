"""Erase an organization: nothing of it stays but digests, and the audit trail stays whole."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from regiongate.control.acting import acting
from regiongate.control.audit.ranges import Ranges
from regiongate.domain.audit import AuditEvent, Json, Tag
from regiongate.domain.case import Case
from regiongate.domain.errors import CannotRun
from regiongate.domain.role import Act
from regiongate.store.audit import AuditTrail
from regiongate.store.cases import Cases
from regiongate.store.erasure import Erasure


@dataclass(frozen=True, slots=True)
class Erased:
    """What was erased: the pseudonym that stands for it now, and how many rows of each kind."""

    pseudonym: str
    removed: Mapping[str, int]


def erase(
    connection: sa.Connection,
    organization: str,
    *,
    person: str,
    reason: str,
    despite_open_case: bool,
    secret: bytes,
    at: datetime,
) -> Erased:
    """Remove everything that the store holds of an organization.

    Raises CannotRun when nothing is kept of it, when its case is open and that was not waived,
    when the reason is missing or repeats what is to be erased, or the person may not.
    """
    actor = acting(connection, person, Act.ERASE)
    erasure = Erasure(connection, organization)
    kept = erasure.kept()
    if not any(kept.values()):
        raise CannotRun(f"nothing is kept of {organization!r}: is it the id of an organization?")
    _require_reason(reason, organization, erasure.name())
    case = Cases(connection).open_of(organization)
    if case is not None and not despite_open_case:
        raise _open(case)
    numbers = erasure.remove()
    found = Erased(pseudonym(organization, secret), kept)
    detail: dict[str, Json] = {
        "pseudonym": found.pseudonym,
        "reason": reason,
        "events": str(Ranges(numbers)),
        "removed": dict(kept),
        "open_case": None if case is None else case.state.value,
    }
    event = AuditEvent(at, actor.name, Tag.ORGANIZATION_ERASED, None, detail)
    AuditTrail(connection).write([event])
    return found


def pseudonym(organization: str, secret: bytes) -> str:
    """What an erased organization is called: HMAC-SHA-256 of its id, in hexadecimal.

    Who holds the secret can still say whether an organization that asks was erased. Nobody else
    can find out which one it was by trying ids.
    """
    return hmac.new(
        secret, f"erased organization\n{organization}".encode(), hashlib.sha256
    ).hexdigest()


def _require_reason(reason: str, organization: str, name: str | None) -> None:
    if not reason.strip():
        raise CannotRun("an erasure needs a reason: say it with --reason")
    for said in filter(None, (organization, name)):
        if said.casefold() in reason.casefold():
            raise CannotRun(f"the reason stays, so it cannot name {said!r}: say it otherwise")


def _open(case: Case) -> CannotRun:
    message = f"case {case.number} of {case.organization} is {case.state}"
    remedy = "release it first, or say --despite-open-case"
    return CannotRun(f"{message}, and would be lost: {remedy}")
