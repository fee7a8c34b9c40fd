"""Import organizations: the books of the provider into the store, all of them or nothing."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from regiongate.books.read import Books, Read
from regiongate.books.wrong import Wrong
from regiongate.control.acting import acting
from regiongate.control.rehearsal import transactions
from regiongate.domain.audit import AuditEvent, Json, Tag
from regiongate.domain.errors import CannotRun
from regiongate.domain.role import Act
from regiongate.store.audit import AuditTrail
from regiongate.store.contradiction import (
    Contradicted,
    Contradiction,
    KeyOfAnother,
    OwnerIsOrganization,
)
from regiongate.store.database import Database
from regiongate.store.profile_rows import ProfileRows, joined, rows_of
from regiongate.store.take_in import TakenIn, take_in

Hear = Callable[[str, float | None], None]
"""Is told what is being done, and which share of it is done; None where nobody knows."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of an import: which books, and how many organizations each way."""

    books: tuple[Read, ...]
    organizations: TakenIn


def import_organizations(
    database: Database,
    files: Sequence[Path],
    person: str,
    at: datetime,
    hear: Hear,
    *,
    rehearsed: bool = False,
) -> Imported:
    """Take in files (CSV, JSON lines) in one transaction, with one audit event.

    Raises ProblemsFound with everything that is wrong with the files, or that the store says
    otherwise; CannotRun when a file cannot be read or the person may not. Then nothing is kept.
    """
    with database.reading() as connection:
        acting(connection, person, Act.IMPORT)
    # The files are read before the transaction, which keeps others from writing meanwhile.
    books = Books()
    with _no_collection():
        rows = _rows(books, files, hear)
    hear("writing", None)
    with (
        _no_collection(),
        transactions(database, rehearsed=rehearsed) as transaction,
        transaction() as connection,
    ):
        actor = acting(connection, person, Act.IMPORT)
        imported = Imported(tuple(books.read), _taken_in(connection, books, rows, at))
        AuditTrail(connection).write([_event(imported, actor.name, at)])
    return imported


@contextmanager
def _no_collection() -> Iterator[None]:
    """Keep the collector of cycles away: nothing here has one, and it costs a third of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _rows(books: Books, files: Sequence[Path], hear: Hear) -> ProfileRows:
    """The rows that the files make. Raises ProblemsFound, CannotRun."""
    whole = sum(map(_size, files)) or 1
    parts: list[ProfileRows] = []
    for file in files:
        before = sum(one.bytes for one in books.read)

        def count(read: int, before: int = before) -> None:
            hear("reading", (before + read) / whole)

        for some in books.portions(file, count):
            parts.append(rows_of(some.profiles, some.dossier))
    books.end()
    return joined(parts)


def _taken_in(connection: sa.Connection, books: Books, rows: ProfileRows, at: datetime) -> TakenIn:
    try:
        return take_in(connection, rows, at)
    except Contradicted as contradicted:
        for one in contradicted.found:
            books.report(_whose(one), _wrong(one))
        books.end()
        raise


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except (OSError, ValueError) as error:
        raise CannotRun(f"The file {file} cannot be read: {error}") from error


def _whose(found: Contradiction) -> tuple[str, ...]:
    """Who told of it: an organization, or an owner that some organization described."""
    if isinstance(found, KeyOfAnother):
        return (found.organization,)
    return (found.owner,) if isinstance(found, OwnerIsOrganization) else (found.owned,)


def _wrong(found: Contradiction) -> Wrong:
    if isinstance(found, KeyOfAnother):
        message = f"The key {found.digest[:16]}… belongs to {found.another} in the store"
        remedy = f"tell of {found.another} without it in the same import, or leave it out here"
        return Wrong("duplicate-key", message, remedy)
    if isinstance(found, OwnerIsOrganization):
        message = f"`{found.owner}` is an organization, and described as an owner"
        return Wrong("owner-is-organization", message, "leave it out of `owners`")
    message = f"`{found.owner}`, who holds a share of {found.owned}, is not known"
    return Wrong("unknown-owner", message, "describe it among `owners`, or import it")


def _event(imported: Imported, actor: str, at: datetime) -> AuditEvent:
    counts = imported.organizations
    files: list[Json] = [
        {"name": Path(one.file).name, "bytes": one.bytes, "sha256": one.digest}
        for one in imported.books
    ]
    detail: dict[str, Json] = {
        "new": counts.new,
        "changed": counts.changed,
        "unchanged": counts.unchanged,
        "files": files,
    }
    return AuditEvent(at, actor, Tag.ORGANIZATIONS_IMPORTED, None, detail)
