"""What was sent with an appeal, brought out again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from regiongate.control.appeal.located import located
from regiongate.control.grant.correct import Located
from regiongate.control.links.appeal import read_link
from regiongate.domain.appeal import Appeal, FileKind, KeptFile
from regiongate.domain.case import Case
from regiongate.domain.errors import CannotRun
from regiongate.store.appeals import Appeals
from regiongate.store.cases import Cases


@dataclass(frozen=True, slots=True)
class View:
    """An appeal with what is known of its files, and its case as it is now."""

    appeal: Appeal
    case: Case | None
    files: tuple[KeptFile, ...]


def view(connection: sa.Connection, name: str) -> View:
    """Everything about an appeal but the contents of its files. Raises CannotRun."""
    appeals = Appeals(connection)
    appeal = appeals.get(name)
    if appeal is None:
        raise CannotRun(f"there is no appeal {name}: see regiongate appeal list")
    case = Cases(connection).get(appeal.case)
    return View(appeal, case, tuple(appeals.files(name)))


def view_by_link(connection: sa.Connection, token: str, secret: bytes, at: datetime) -> View | None:
    """The latest appeal of the case that a token names; None where there is none yet.

    Raises BadLink for a token that is not ours, is another case's, or has ended.
    """
    link = read_link(token, secret, at)
    case = link.require(Cases(connection).get(link.case))
    latest = Appeals(connection).latest(case.number)
    return None if latest is None else view(connection, latest.id)


def content_of(connection: sa.Connection, name: str, one: KeptFile) -> bytes:
    """The bytes of a file of an appeal. Raises CannotRun where they were removed."""
    found = Appeals(connection).content(name, one.number)
    if found is None:
        when = "" if one.removed is None else f" on {one.removed:%Y-%m-%d}"
        raise CannotRun(f"the content of file {one.number} of {name} was removed{when}")
    return found


def asked_for(connection: sa.Connection, name: str, number: int) -> list[Located]:
    """The corrections that a geofeed asks for which was sent with an appeal.

    Raises CannotRun where there is no such file or it is no geofeed, ProblemsFound where its rows
    cannot all be corrections.
    """
    found = next((one for one in view(connection, name).files if one.number == number), None)
    if found is None:
        raise CannotRun(f"{name} has no file {number}: see regiongate appeal files {name}")
    if found.kind is not FileKind.GEOFEED:
        raise CannotRun(f"file {number} of {name} is no geofeed, but {found.kind.value}")
    return located(content_of(connection, name, found), found.name)
