"""Change the sources of this machine in somebody's name: each change has its audit event.

What a verdict rests on changes with the next publish, and not before: a running gateway keeps the
bundle that it was given.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from regiongate.control.acting import acting
from regiongate.control.sources import fetch as fetch_source
from regiongate.control.sources import known as sources
from regiongate.control.sources.bring import How
from regiongate.control.sources.fetch import Update
from regiongate.control.sources.known import Back
from regiongate.domain.audit import AuditEvent, Json, Tag
from regiongate.domain.errors import CannotRun
from regiongate.domain.policy import Policy
from regiongate.domain.role import Act
from regiongate.geo.store.catalogue import BUNDLED
from regiongate.geo.store.recipe import Recipe
from regiongate.geo.store.store import Store
from regiongate.store.audit import AuditTrail
from regiongate.store.database import Database


def add(database: Database, store: Store, recipe: Recipe, how: How, person: str) -> Update:
    """Add a source with its first version. Raises CannotRun or ProblemsFound."""
    with database.reading() as connection:
        acting(connection, person, Act.MANAGE_SOURCES)
    done = fetch_source.add(store, recipe, how)
    if done.status == "added":
        _note_version(database, Tag.SOURCE_ADDED, done, how, person)
    return done


def update(database: Database, store: Store, name: str, how: How, person: str) -> Update:
    """Fetch the newest version of a source, or take `how.file` as it. Raises as `add`.

    To fetch is to ask the maker once more; to bring a file is to say what this machine believes.
    """
    act = Act.UPDATE_SOURCE if how.file is None else Act.MANAGE_SOURCES
    with database.reading() as connection:
        acting(connection, person, act)
    done = fetch_source.update(store, name, how)
    if not how.dry_run:
        _note_version(database, Tag.SOURCE_UPDATED, done, how, person)
    return done


def roll_back(
    connection: sa.Connection, store: Store, name: str, *, person: str, at: datetime, dry_run: bool
) -> Back:
    """Let the version before count again. Raises CannotRun where there is none."""
    acting(connection, person, Act.MANAGE_SOURCES)
    back = sources.roll_back(store, name, rehearsed=dry_run)
    said = _version(name, back.about.version, back.about.digest)
    _note(connection, Tag.SOURCE_ROLLED_BACK, said, person, at)
    return back


def remove(
    connection: sa.Connection,
    store: Store,
    name: str,
    policy: Policy | None,
    *,
    person: str,
    at: datetime,
    dry_run: bool,
) -> None:
    """Take a source out of the store, all versions of it.

    Raises CannotRun where the policy in force (None: there is none) names it and no bundled source
    takes its place: that policy could not be read any more.
    """
    acting(connection, person, Act.MANAGE_SOURCES)
    if policy is not None and name in _named(policy) and name not in BUNDLED.names():
        raise CannotRun(f"the policy in force names {name}: publish one that does not, before")
    sources.remove(store, name, rehearsed=dry_run)
    _note(connection, Tag.SOURCE_REMOVED, {"source": name}, person, at)


def _named(policy: Policy) -> tuple[str, ...]:
    return (*policy.location.sources, *policy.location.facts)


def _note_version(database: Database, tag: Tag, done: Update, how: How, person: str) -> None:
    counts = done.about or done.before
    said = {} if counts is None else _version(done.name, counts.version, counts.digest)
    with database.writing() as connection:
        _note(connection, tag, {**said, "source": done.name, "status": done.status}, person, how.at)


def _version(name: str, version: str, digest: str) -> dict[str, Json]:
    return {"source": name, "version": version, "digest": digest}


def _note(
    connection: sa.Connection, tag: Tag, detail: dict[str, Json], person: str, at: datetime
) -> None:
    AuditTrail(connection).write([AuditEvent(at, person, tag, None, detail)])
