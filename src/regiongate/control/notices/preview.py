"""A preview: letters as `.eml` files, and nothing is sent or changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from regiongate.control.notices.by_hand import whom
from regiongate.control.notices.desk import Desk, Told
from regiongate.control.notices.drafting import Trouble
from regiongate.notify import preview
from regiongate.notify.letter import Letter
from regiongate.store.notices import NOTICE, Notices, NoticeState


@dataclass(frozen=True, slots=True)
class Previewed:
    """The files that were written, and why some cases got none."""

    files: tuple[Path, ...]
    troubles: tuple[Trouble, ...] = ()


def of_event(
    connection: sa.Connection,
    desk: Desk,
    told: Told,
    numbers: Sequence[int],
    *,
    at: datetime,
    folder: Path,
) -> Previewed:
    """The letters that `by_hand.write` would write now, in the same bytes. Raises CannotRun."""
    cases = whom(connection, told.event, numbers)
    troubles: list[Trouble] = []
    files: list[Path] = []
    for one in desk.preview(connection, cases, told, at):
        if isinstance(one, Letter):
            files += preview.write([(one.notice, one.message)], folder)
        else:
            troubles.append(one)
    return Previewed(tuple(files), tuple(troubles))


def of_ready(connection: sa.Connection, numbers: Sequence[int], folder: Path) -> Previewed:
    """The letters that wait to be sent, in the bytes that will be; of these cases, or of all."""
    notices = Notices(connection)
    conditions = [NOTICE.c.state == NoticeState.READY.value]
    if numbers:
        conditions.append(NOTICE.c["case"].in_(numbers))
    waiting = ((one.id, notices.message(one.id)) for one in notices.where(*conditions))
    return Previewed(tuple(preview.write(waiting, folder)))
