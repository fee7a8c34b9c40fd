"""What a decision would bring: done in a rehearsal, and read before it is undone."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from regiongate.control.case_of import case_of
from regiongate.control.rehearsal import transactions
from regiongate.domain.case import Case
from regiongate.server.house import House
from regiongate.store.notices import NOTICE, KeptNotice, Notices

Work = Callable[[sa.Connection, datetime], object]
"""A decision about a case, made within one transaction at an instant."""


@dataclass(frozen=True, slots=True)
class ToBeSent:
    """A notice that the decision would write: of what, in which language, its subject and text."""

    notice: KeptNotice
    text: str


@dataclass(frozen=True, slots=True)
class Consequence:
    """How a case stands before and after a decision, and what its organization would read."""

    before: Case
    after: Case
    letters: tuple[ToBeSent, ...]


def consequence(house: House, number: int, work: Work) -> Consequence:
    """What a decision about a case would bring. Raises what the decision raises."""
    at = house.clock()
    with (
        transactions(house.database, rehearsed=True) as transaction,
        transaction() as connection,
    ):
        before, written = case_of(connection, number), _written(connection, number)
        work(connection, at)
        after = case_of(connection, number)
        new = [one for one in _written(connection, number).values() if one.id not in written]
        letters = tuple(ToBeSent(one, text_of(Notices(connection).message(one.id))) for one in new)
    return Consequence(before, after, letters)


def text_of(message: bytes) -> str:
    """The plain text of a letter."""
    parsed = email.message_from_bytes(message, policy=email.policy.default)
    part = parsed.get_body(("plain",))
    return "" if part is None else str(part.get_content())


def _written(connection: sa.Connection, number: int) -> dict[str, KeptNotice]:
    return {one.id: one for one in Notices(connection).where(NOTICE.c["case"] == number)}
