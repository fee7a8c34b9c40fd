"""What a person does about notices by hand: write some, or say what became of one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa

from regiongate.control.acting import acting
from regiongate.control.notices.composed import Composed
from regiongate.control.notices.concerned import concerned
from regiongate.control.notices.desk import Desk, See, unseen
from regiongate.control.notices.loud import be_quiet
from regiongate.control.notices.told import Told
from regiongate.domain.errors import CannotRun
from regiongate.domain.role import Act
from regiongate.store.notices import KeptNotice, Notices
from regiongate.store.outbox import Outbox


class Said(StrEnum):
    """What a person says of a notice of which nobody knows whether it was accepted."""

    ACCEPTED = "accepted"
    SEND_AGAIN = "send-again"


def compose(
    connection: sa.Connection,
    desk: Desk,
    told: Told,
    numbers: Sequence[int],
    *,
    person: str,
    at: datetime,
) -> Composed:
    """Write the notices of an event, those that are not written yet.

    To the cases with these numbers, or to all that it concerns. Raises CannotRun as `concerned`,
    and when the person may not.
    """
    actor = acting(connection, person, Act.NOTIFY)
    cases = concerned(connection, told.event, numbers)
    return desk.compose(connection, cases, told, at, actor=actor.name)


def look(
    connection: sa.Connection,
    desk: Desk,
    told: Told,
    numbers: Sequence[int],
    *,
    at: datetime,
    see: See = unseen,
) -> Composed:
    """What `compose` would come to; `see` is shown each letter. Raises CannotRun as `concerned`."""
    return desk.look(connection, concerned(connection, told.event, numbers), told, at, see)


def settle(
    connection: sa.Connection, notice: str, said: Said, reason: str, *, person: str, at: datetime
) -> KeptNotice:
    """Say that an unknown notice was accepted, or have it sent again; its case is quiet then.

    One that was refused or given up can be sent again, too. Raises CannotRun when there is nothing
    to settle, or when the person may not.
    """
    actor = acting(connection, person, Act.NOTIFY)
    notices, outbox = Notices(connection), Outbox(connection, actor.name)
    known = notices.get(notice)
    if known is None:
        raise CannotRun(f"there is no notice {notice}: see regiongate case notices")
    notices.hold([known.case])
    say = outbox.say_accepted if said is Said.ACCEPTED else outbox.send_again
    if not say(notice, at, reason):
        raise CannotRun(f"notice {notice} is {known.state}: there is nothing to say {said} of")
    be_quiet(connection, known.case, notice)
    found = notices.get(notice)
    assert found is not None  # noqa: S101 - for the type checker
    return found
