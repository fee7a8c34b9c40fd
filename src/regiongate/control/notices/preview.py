"""A preview: letters as `.eml` files, and nothing is sent or changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from regiongate.control.notices import by_hand
from regiongate.control.notices.desk import Desk, Told
from regiongate.control.notices.drafting import Trouble
from regiongate.notify import preview
from regiongate.notify.letter import Letter
from regiongate.store.notices import NOTICE, Notices, NoticeState


@dataclass(frozen=True, slots=True)
class Previewed:
    """The files that were written, why some cases got none, and why there is none at all."""

    files: tuple[Path, ...]
    troubles: tuple[Trouble, ...] = ()
    why_none: str | None = None


def of_event(
    connection: sa.Connection,
    desk: Desk,
    told: Told,
    numbers: Sequence[int],
    *,
    at: datetime,
    folder: Path,
) -> Previewed:
    """The letters that `by_hand.compose` would write now, in the same bytes. Raises CannotRun."""
    files: list[Path] = []

    def see(letter: Letter) -> None:
        files.extend(preview.write([(letter.notice, letter.message)], folder))

    found = by_hand.look(connection, desk, told, numbers, at=at, see=see)
    return Previewed(tuple(files), found.troubles, found.why_none)


def of_ready(connection: sa.Connection, numbers: Sequence[int], folder: Path) -> Previewed:
    """The letters that wait to be sent, in the bytes that will be; of these cases, or of all."""
    notices = Notices(connection)
    conditions = [NOTICE.c.state == NoticeState.READY.value]
    if numbers:
        conditions.append(NOTICE.c["case"].in_(numbers))
    waiting = ((one.id, notices.message(one.id)) for one in notices.where(*conditions))
    files = tuple(preview.write(waiting, folder))
    return Previewed(files, why_none=None if files else "no notice waits to be sent")
