"""Making a case loud about a notice, and quiet again: what a person must look at is never lost."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa

from regiongate.domain.audit import AuditEvent, Json, Tag
from regiongate.domain.case import Case
from regiongate.store.audit import AuditTrail
from regiongate.store.case_tables import CASE
from regiongate.store.cases import Cases

_AND = "; "
"""What parts the reasons for which a case is loud."""

_AT_ONCE = 1000


def be_loud(connection: sa.Connection, case: int, why: str, at: datetime, actor: str) -> None:
    """Add a reason for which a person must look at a case, once."""
    all_loud(connection, [(case, why)], at, actor)


def all_loud(
    connection: sa.Connection, reasons: Sequence[tuple[int, str]], at: datetime, actor: str
) -> None:
    """Add to each of these cases, by number, a reason for which a person must look at it, once."""
    for begin in range(0, len(reasons), _AT_ONCE):
        some = reasons[begin : begin + _AT_ONCE]
        cases = Cases(connection)
        # One that is not found was erased meanwhile: nobody is left to look after.
        found = {one.number: one for one in cases.where(CASE.c.number.in_([n for n, _ in some]))}
        news = [
            (found[number], why)
            for number, why in some
            if number in found and why not in _reasons(found[number])
        ]
        for case, why in news:
            cases.be_loud(case.number, _AND.join([*_reasons(case), why]))
        AuditTrail(connection).write(_event(case, why, at, actor) for case, why in news)


def be_quiet(connection: sa.Connection, case: int, about: str) -> None:
    """Take back the reasons that name something, such as the id of a notice that is settled."""
    cases = Cases(connection)
    found = cases.get(case)
    if found is not None and found.loud:
        left = [why for why in _reasons(found) if about not in why]
        cases.be_loud(case, _AND.join(left) or None)


def all_quiet(connection: sa.Connection, numbers: Sequence[int], over: Collection[str]) -> None:
    """Take back these very reasons from those of these cases that have them."""
    cases = Cases(connection)
    for begin in range(0, len(numbers), _AT_ONCE):
        some = CASE.c.number.in_(numbers[begin : begin + _AT_ONCE])
        for case in list(cases.where(some, CASE.c.loud.is_not(None))):
            left = [why for why in _reasons(case) if why not in over]
            if len(left) < len(_reasons(case)):
                cases.be_loud(case.number, _AND.join(left) or None)


def _reasons(case: Case) -> list[str]:
    return case.loud.split(_AND) if case.loud else []


def _event(case: Case, why: str, at: datetime, actor: str) -> AuditEvent:
    said: dict[str, Json] = {"case": case.number, "reason": why}
    return AuditEvent(at, actor, Tag.CASE_LOUD, case.organization, said)
