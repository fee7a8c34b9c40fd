"""Note: what a person wants the next one to know of a case."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from regiongate.control.acting import acting
from regiongate.control.case_of import case_of
from regiongate.domain.audit import AuditEvent, Tag
from regiongate.domain.errors import CannotRun
from regiongate.domain.line import is_line
from regiongate.domain.role import Act
from regiongate.store.audit import AuditTrail
from regiongate.store.cases import Cases

MAX_TEXT = 4000
"""Characters of a note."""


def note(
    connection: sa.Connection, number: int, person: str, text: str, at: datetime, *, quiet: bool
) -> None:
    """Keep a note; with `quiet` the case asks for nobody's look any more.

    The trail holds that there is a note, and not its words, which may name people. Raises
    CannotRun when there is no such case, nothing is said, or the person may not.
    """
    actor = acting(connection, person, Act.NOTE)
    case = case_of(connection, number)
    _require_text(text)
    cases = Cases(connection)
    cases.note(case, at, actor.name, text)
    if quiet:
        cases.be_loud(number, None)
    detail = {"case": number, "quiet": quiet}
    AuditTrail(connection).write(
        [AuditEvent(at, actor.name, Tag.CASE_NOTED, case.organization, detail)]
    )


def _require_text(text: str) -> None:
    """A note is read on terminals, so nothing in it may steer one or turn the direction."""
    if not text.strip():
        raise CannotRun("the note is empty: say something")
    if len(text) > MAX_TEXT:
        message = f"the note has {len(text)} characters, and {MAX_TEXT} are the most"
        raise CannotRun(f"{message}: keep the rest elsewhere and say where")
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip(" \t") and not is_line(line.replace("\t", " ")):
            message = f"line {number} of the note holds a control character"
            raise CannotRun(f"{message}: write plain text")
