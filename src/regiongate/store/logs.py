"""Followed logs: how far each has been read, and which of their lines were rejected."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa

from regiongate.store.schema import METADATA, check
from regiongate.store.types import COUNT, Instant

KEPT_BYTES = 4096
"""So much of a rejected line is kept."""

LOG = sa.Table(
    "followed_log",
    METADATA,
    sa.Column("head", sa.Text, primary_key=True, comment="SHA-256 of the first line"),
    sa.Column("name", sa.Text, nullable=False, comment="path under which it is written"),
    sa.Column("begun", COUNT, nullable=False, comment="byte at which following began"),
    sa.Column("position", COUNT, nullable=False, comment="byte up to which its lines are counted"),
    sa.Column("lines", COUNT, nullable=False, comment="lines between the two"),
    sa.Column("rejected", COUNT, nullable=False, comment="lines without a time or an address"),
    sa.Column("state", sa.Text, nullable=False, comment="open, finished, or lost: gone too early"),
    sa.Column("read_at", Instant, nullable=False, comment="when the position last moved"),
    *check("head_is_sha256", "length(head) = 64"),
    *check("position_moves_on", "begun >= 0 AND position >= begun"),
    *check("rejected_are_lines", "rejected >= 0 AND rejected <= lines"),
    *check("lines_have_bytes", "lines <= position - begun"),
    *check("state_is_known", "state IN ('open', 'finished', 'lost')"),
    sa.Index("followed_log_name_ix", "name"),
    comment="One file of a followed log; its first line, not its name or inode, tells it apart",
    sqlite_with_rowid=False,
    sqlite_strict=True,
)

REJECT = sa.Table(
    "rejected_line",
    METADATA,
    sa.Column("log", sa.Text, sa.ForeignKey("followed_log.head", ondelete="CASCADE")),
    sa.Column("position", COUNT, nullable=False, comment="byte at which the line begins"),
    sa.Column("length", COUNT, nullable=False, comment="bytes of the line"),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column(
        "content",
        sa.LargeBinary,
        nullable=False,
        comment=f"its first {KEPT_BYTES} bytes, untouched",
    ),
    sa.PrimaryKeyConstraint("log", "position"),
    *check("place_is_counted", "position >= 0 AND length >= length(content)"),
    comment="A line of a followed log that is in no sighting, and why",
    sqlite_with_rowid=False,
    sqlite_strict=True,
)


class LogState(StrEnum):
    """Whether there is more to come of one file of a log."""

    OPEN = "open"
    FINISHED = "finished"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class FollowedLog:
    """One file of a log: `position` bytes of it are counted, from `begun` on.

    `head` is the SHA-256 of its first line, in hexadecimal; `name` the path under which the log is
    written, whatever rotation then calls the file.
    """

    head: str
    name: str
    begun: int
    position: int
    lines: int
    rejected: int
    state: LogState
    read_at: datetime


@dataclass(frozen=True, slots=True)
class Reject:
    """A line that is in no sighting: where it begins, what it holds, and why it was rejected."""

    position: int
    content: bytes
    reason: str


class FollowedLogs:
    """The followed logs within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def find(self, head: str) -> FollowedLog | None:
        """The log that begins with this first line."""
        return next(iter(self._where(LOG.c.head == head)), None)

    def named(self, name: str) -> list[FollowedLog]:
        """Every file of the log that is written under this path, in the order of reading."""
        return self._where(LOG.c.name == name)

    def begin(self, log: FollowedLog) -> None:
        """Note a log that has not been followed before."""
        values = {column.name: getattr(log, column.name) for column in LOG.columns}
        self._connection.execute(sa.insert(LOG).values(values))

    def move(
        self,
        head: str,
        begin: int,
        end: int,
        *,
        lines: int,
        rejects: Iterable[Reject],
        at: datetime,
    ) -> bool:
        """Move a position from `begin` to `end`, past `lines` lines; False when it was elsewhere.

        Then somebody else follows the same log, and the transaction must not be kept.
        """
        rows = [_row(head, reject) for reject in rejects]
        moved = self._connection.execute(
            sa.update(LOG)
            .where(LOG.c.head == head, LOG.c.position == begin)
            .values(
                position=end,
                lines=LOG.c.lines + lines,
                rejected=LOG.c.rejected + len(rows),
                read_at=at,
            )
        )
        if moved.rowcount and rows:
            self._connection.execute(sa.insert(REJECT), rows)
        return bool(moved.rowcount)

    def become(self, head: str, state: LogState) -> None:
        """Say whether there is more to come."""
        self._connection.execute(sa.update(LOG).where(LOG.c.head == head).values(state=state.value))

    def rejects(self, head: str) -> list[tuple[int, str, bytes]]:
        """Position, reason and content of the rejected lines of a log, in its order."""
        columns = (REJECT.c.position, REJECT.c.reason, REJECT.c.content)
        query = sa.select(*columns).where(REJECT.c.log == head).order_by(REJECT.c.position)
        return [tuple(row) for row in self._connection.execute(query)]

    def _where(self, condition: sa.ColumnElement[bool]) -> list[FollowedLog]:
        query = sa.select(LOG).where(condition).order_by(LOG.c.read_at, LOG.c.head)
        found = (dict(row._mapping) for row in self._connection.execute(query))
        return [FollowedLog(**row | {"state": LogState(row["state"])}) for row in found]


def _row(head: str, reject: Reject) -> dict[str, object]:
    return {
        "log": head,
        "position": reject.position,
        "length": len(reject.content),
        "reason": reject.reason,
        "content": reject.content[:KEPT_BYTES],
    }
