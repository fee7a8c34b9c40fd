"""Follow: keep the sightings up with a live log of the gateway, each line once."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Event

import duckdb
import pyarrow as pa
import sqlalchemy as sa

from regiongate.control.survey.contents import begins_with, length_of
from regiongate.control.survey.save import Seen
from regiongate.domain.errors import CannotRun
from regiongate.store.database import Database
from regiongate.store.demands import Demands
from regiongate.store.files import SavedFiles
from regiongate.store.logs import FollowedLog, FollowedLogs, LogState, Reject
from regiongate.store.sightings import Sightings
from regiongate.survey import rotation
from regiongate.survey.cells import REJECTED
from regiongate.survey.demand import demand_in
from regiongate.survey.follow import GRACE, Finished, Found, Piece, Tail, Truncated
from regiongate.survey.log_lines import Counted, count, is_gateway
from regiongate.survey.session import Session
from regiongate.survey.sightings import sightings

Locate = Callable[[pa.RecordBatch], pa.RecordBatch]
"""The kernel: a batch with a column `address` → PLACED (`survey.placing.Placing.locate`)."""

EVERY = 1.0
"""Seconds between two looks at the log."""

_SEEN = "(SELECT lines.*, found.* EXCLUDE (address) FROM lines JOIN found USING (address))"


@dataclass(frozen=True, slots=True)
class Progress:
    """What a follower has done since it started, and the bytes that it has yet to read."""

    lines: int
    rejected: int
    lag: int


class Follower:
    """Follows one log into one store. The offset moves in the transaction that counts the lines.

    `kernel` is asked for before every piece, so another generation may take over. `now` is the
    clock; `tell` hears what a person should know.
    """

    def __init__(
        self,
        log: Path,
        database: Database,
        session: Session,
        kernel: Callable[[], Locate],
        *,
        now: Callable[[], datetime],
        tell: Callable[[str], None],
        grace: float = GRACE,
    ) -> None:
        self._log = log.resolve()
        self._database = database
        self._session = session
        self._kernel = kernel
        self._now = now
        self._tell = tell
        self._tail = Tail(self._log, self._resume, time.monotonic, grace)
        self._lines = self._rejected = 0
        self._looked = False
        if not self._log.parent.is_dir():
            raise CannotRun(f"there is no folder {self._log.parent}: name the log of a gateway")
        with database.writing() as connection:
            self._pass_over(connection)

    @property
    def progress(self) -> Progress:
        """How far it is."""
        return Progress(self._lines, self._rejected, self._tail.lag())

    def step(self) -> None:
        """Count what is new. Raises CannotRun when the log cannot be read or somebody else does."""
        try:
            for event in self._tail.poll():
                self._take(event)
        except OSError as error:
            raise CannotRun(f"the log {self._log} cannot be read: {error}") from error
        self._miss()

    def close(self) -> None:
        """Let go of the log."""
        self._tail.close()

    def _take(self, event: Piece | Finished | Truncated) -> None:
        if isinstance(event, Piece):
            self._count(event)
            return
        state = LogState.FINISHED if isinstance(event, Finished) else LogState.LOST
        with self._database.writing() as connection:
            FollowedLogs(connection).become(event.head, state)
        if isinstance(event, Truncated):
            self._tell(
                f"{self._log} was emptied in place after byte {event.position}: what a copy of it "
                "holds is still counted; what was written between copying and emptying is lost, "
                "and nobody can say how much: let rotation rename"
            )

    def _count(self, piece: Piece) -> None:
        counted = count(piece.content, piece.begin)
        found, rejects = self._located(counted)
        lines = counted.cells.num_rows + len(counted.rejected)
        at = self._now()
        with self._database.writing() as connection:
            logs = FollowedLogs(connection)
            if not logs.move(
                piece.head, piece.begin, piece.end, lines=lines, rejects=rejects, at=at
            ):
                raise CannotRun(f"somebody else follows {self._log} into this store: stop one")
            if found is not None:
                Sightings(connection).add(found.sightings)
                Demands(connection).add(found.demand)
        self._lines += lines
        self._rejected += len(rejects)

    def _located(self, counted: Counted) -> tuple[Seen | None, list[Reject]]:
        """What is seen in lines, and the lines that are in none."""
        rejects = [
            Reject(one.line.position, one.line.content, one.reason) for one in counted.rejected
        ]
        if not counted.cells.num_rows:
            return None, rejects
        addresses = pa.record_batch({"address": counted.cells["address"].unique()})
        placed = pa.Table.from_batches([self._kernel()(addresses)])
        bad = {
            address
            for address, group in zip(
                placed["address"].to_pylist(), placed["group"].to_pylist(), strict=True
            )
            if group == REJECTED
        }
        rejects += [
            Reject(line.position, line.content, f"{address!r} is not an address")
            for line, address in zip(
                counted.lines, counted.cells["address"].to_pylist(), strict=True
            )
            if address in bad
        ]
        found = _seen(self._session.connection, counted.cells, placed)
        return found, sorted(rejects, key=lambda reject: reject.position)

    def _pass_over(self, connection: sa.Connection) -> None:
        """Note, when a log is first followed, what rotation made of it before: it is not counted.

        Later every file that is not known is one that was written meanwhile.
        """
        logs = FollowedLogs(connection)
        if logs.named(str(self._log)):
            return
        for path in rotation.beside(self._log):
            first = rotation.first_line(path)
            if first is None or logs.find(rotation.digest(first)) is not None:
                continue
            length = length_of(path)
            logs.begin(self._new(rotation.digest(first), length, LogState.FINISHED))
            self._tell(f"{path} was rotated before it was followed: count it with --save")

    def _resume(self, found: Found) -> int | None:
        """Where to begin in a file: where it was left, or behind what was saved of it."""
        with self._database.writing() as connection:
            logs = FollowedLogs(connection)
            known = logs.find(found.head)
            if known is not None:
                return self._resume_known(logs, known, found)
            if not is_gateway(found.first.removesuffix(b"\n")):
                if not found.current:
                    self._tell(f"{found.path} is passed over: it does not begin as a gateway's log")
                    return None
                if not logs.named(str(self._log)):
                    message = f"{self._log} does not begin as a gateway's log"
                    raise CannotRun(f"{message}: only that can be followed, others can be saved")
            saved = SavedFiles(connection).beginning(found.head)
            lengths = [file.bytes for file in saved if begins_with(found.path, file)]
            begun = max(lengths, default=0)
            logs.begin(self._new(found.head, begun, LogState.OPEN))
            return begun

    def _resume_known(self, logs: FollowedLogs, known: FollowedLog, found: Found) -> int | None:
        read = found.size is None or found.size <= known.position
        if known.state is LogState.FINISHED and read and not found.current:
            return None
        if found.current and found.size is not None and found.size < known.position:
            message = f"{found.path} has {found.size} bytes, and {known.position} are counted"
            raise CannotRun(f"{message}: it was cut, so what follows cannot be told from the rest")
        if known.state is not LogState.OPEN:
            logs.become(known.head, LogState.OPEN)
        return known.position

    def _new(self, head: str, begun: int, state: LogState) -> FollowedLog:
        return FollowedLog(head, str(self._log), begun, begun, 0, 0, state, self._now())

    def _miss(self) -> None:
        """Once, after the first look: say which files were left unread and are gone."""
        if self._looked:
            return
        self._looked = True
        with self._database.writing() as connection:
            logs = FollowedLogs(connection)
            for log in logs.named(str(self._log)):
                if log.state is LogState.OPEN and log.head not in self._tail.heads():
                    logs.become(log.head, LogState.LOST)
                    self._tell(
                        f"a file of {self._log} is gone that was read up to byte {log.position}, "
                        f"last at {log.read_at.isoformat()}: what else it held is in no sighting; "
                        "put it back beside the log, under any name, and follow again"
                    )


def follow(
    follower: Follower, stop: Event, status: Callable[[Progress], None], every: float = EVERY
) -> None:
    """Follow until `stop` is set; `status` hears after every look how far it is."""
    try:
        while True:
            follower.step()
            status(follower.progress)
            if stop.wait(every):
                return
    finally:
        follower.close()


def _seen(connection: duckdb.DuckDBPyConnection, lines: pa.Table, found: pa.Table) -> Seen:
    connection.register("lines", lines)
    connection.register("found", found)
    try:
        return Seen(sightings(connection, _SEEN), demand_in(connection, _SEEN))
    finally:
        connection.unregister("lines")
        connection.unregister("found")
