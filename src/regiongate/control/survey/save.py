"""Save: keep the sightings of files in the store, each content once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa

from regiongate.control.survey.contents import begins_with, content_of
from regiongate.domain.errors import CannotRun
from regiongate.store.database import Database
from regiongate.store.demands import Demands
from regiongate.store.files import SavedFile, SavedFiles
from regiongate.store.logs import FollowedLogs, LogState
from regiongate.store.sightings import Sightings
from regiongate.survey.demand import demand_of
from regiongate.survey.files import LogFile
from regiongate.survey.locate import locate
from regiongate.survey.placing import Placing
from regiongate.survey.rotation import Stamp, stamp
from regiongate.survey.scan import Log, Span, scan
from regiongate.survey.session import Session, session
from regiongate.survey.sightings import sightings


@dataclass(frozen=True, slots=True)
class Content:
    """A file, what the store would note of it, and its stamp when it was looked at."""

    file: LogFile
    noted: SavedFile
    stamp: Stamp | None


@dataclass(frozen=True, slots=True)
class Plan:
    """Which of the files are to be counted, and which have been saved before or came twice."""

    fresh: tuple[Content, ...]
    known: tuple[Content, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """What files hold: sightings (`store.sightings.SCHEMA`), demand (`store.demands.SCHEMA`)."""

    sightings: pa.Table
    demand: pa.Table


class Saving:
    """What a survey does to keep its sightings: `look` before it reads, `keep` once it is done."""

    def __init__(self, database: Database, at: datetime) -> None:
        self._database = database
        self._at = at
        self._plan = Plan((), ())
        self.kept: tuple[str, ...] = ()
        """The names of the files whose sightings were added; empty before `keep`."""
        self.known: tuple[str, ...] = ()
        """The names of those that had been kept before, or came twice."""

    def look(self, logs: Sequence[Log]) -> None:
        """Look at the contents of logs. Raises CannotRun when rows of one would count twice."""
        self._plan = plan(self._database, [log.file for log in logs], self._at)

    def keep(self, opened: Session, logs: Sequence[Log], placing: Placing) -> None:
        """Keep the sightings of the fresh ones of `logs`, which `opened` has read and located.

        Where only some are fresh, those are read once more, by themselves.
        """

        def found(files: Sequence[LogFile]) -> Seen:
            fresh = [log for log in logs if log.file in files]
            if len(fresh) == len(logs):
                return _seen(opened, fresh)
            with session() as own:
                scan(own, fresh, Span(), lambda _: None)
                locate(own, placing)
                return _seen(own, fresh)

        added = keep(self._database, self._plan, found)
        fresh, known = (
            tuple(content.file.name for content in files)
            for files in (self._plan.fresh, self._plan.known)
        )
        self.kept, self.known = (fresh, known) if added else ((), fresh + known)


def _seen(read: Session, logs: Sequence[Log]) -> Seen:
    """What is in the logs that a session has read and located."""
    return Seen(sightings(read.connection), demand_of(read, logs))


def plan(database: Database, files: Sequence[LogFile], at: datetime) -> Plan:
    """Look at the contents of files. Raises CannotRun when rows of one would count twice."""
    fresh: dict[str, Content] = {}
    known: list[Content] = []
    with database.reading() as connection:
        saved, followed = SavedFiles(connection), FollowedLogs(connection)
        for file in files:
            before = stamp(file.path)
            content = Content(file, content_of(file, at), before)
            if content.noted.digest in fresh or saved.find(content.noted.digest) is not None:
                known.append(content)
                continue
            _refuse_counted(content, saved, followed)
            fresh[content.noted.digest] = content
    return Plan(tuple(fresh.values()), tuple(known))


def keep(database: Database, found: Plan, seen: Callable[[Sequence[LogFile]], Seen]) -> int:
    """Add the sightings of the fresh files; returns how many files were added, all or none.

    `seen` is asked for what some files hold. Raises CannotRun when
    a file has changed since it was looked at, or when another process saves some of them.
    """
    if not found.fresh:
        return 0
    rows = seen([content.file for content in found.fresh])
    for content in found.fresh:
        if stamp(content.file.path) != content.stamp:
            message = f"{content.file.name} changed while it was read"
            raise CannotRun(f"{message}: save it when it is complete, or use --follow")
    with database.writing() as connection:
        files = SavedFiles(connection)
        added = sum(files.add(content.noted) for content in found.fresh)
        if added and added < len(found.fresh):
            raise CannotRun("another process has just saved some of these files: save again")
        if added:
            Sightings(connection).add(rows.sightings)
            Demands(connection).add(rows.demand)
    return added


def _refuse_counted(content: Content, saved: SavedFiles, followed: FollowedLogs) -> None:
    """Refuse a file of which the store has counted the beginning."""
    name, noted = content.file.name, content.noted
    log = followed.find(noted.head)
    if log is not None and (log.state is LogState.OPEN or log.position > log.begun):
        raise CannotRun(f"{name} is a file of {log.name}, which is followed: its rows are counted")
    for before in saved.beginning(noted.head):
        if before.bytes < noted.bytes and begins_with(content.file.path, before):
            message = (
                f"{name} begins with all of {before.name}, saved {before.saved_at.isoformat()}"
            )
            raise CannotRun(f"{message}: its rows would count twice; follow a log that grows")
