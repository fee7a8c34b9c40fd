"""`/api/v1/organizations`: what the books of the provider say of its customers."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path as File
from typing import Annotated

import sqlalchemy as sa
from fastapi import Query, Request, Response
from pydantic import BaseModel, Field

from regiongate.control.organizations.bring_in import Imported, import_organizations
from regiongate.control.organizations.erase import Erased
from regiongate.control.organizations.erase import erase as erase_all
from regiongate.control.organizations.view import By, Listed, Part, Span, Sum
from regiongate.control.organizations.view import organizations as find
from regiongate.control.organizations.view import sightings as find_sightings
from regiongate.domain.errors import ProblemsFound
from regiongate.domain.role import Act
from regiongate.server.api.answer import CHANGED, PROBLEMS, answer
from regiongate.server.api.body import Body
from regiongate.server.api.change import Change, TheChange
from regiongate.server.api.endpoint import (
    Name,
    Reason,
    TheBody,
    TheCaller,
    TheHouse,
    Whole,
    api_door,
)
from regiongate.server.api.listing import Listing, TheAsked, listing
from regiongate.server.api.organization_record import OrganizationRecord, organization_record
from regiongate.server.problem import Refused
from regiongate.server.viewed import viewed
from regiongate.store.organizations import Organizations

door = api_door("organizations")

_FORMATS = {"text/csv": "csv", "application/jsonl": "jsonl", "application/x-ndjson": "jsonl"}
_BODY = {
    "requestBody": {
        "required": True,
        "description": "The lines of a book: docs/organizations.md says what they may hold.",
        "content": {
            "text/csv": {"schema": {"type": "string"}},
            "application/jsonl": {"schema": {"type": "string"}},
            "application/x-ndjson": {"schema": {"type": "string"}},
        },
    }
}


class BookRecord(BaseModel):
    """What became of an import: how many organizations each way, and what was read."""

    new: int
    changed: int
    unchanged: int
    bytes: int
    sha256: str
    kept: bool = Field(description="False where it was rehearsed with `dry_run`.")


class Erasing(Body):
    """Why everything is erased; there is no way back."""

    reason: Reason = Field(examples=["Asked for by letter of 2026-07-01."])
    despite_open_case: bool = Field(False, description="Though its case is not released.")


@door.enter("GET", "", Act.READ, response_model=Listing[Listed], responses=PROBLEMS)
def list_(
    house: TheHouse,
    asked: TheAsked,
    text: Annotated[
        str, Query(max_length=300, description="How its id or name begins.", examples=["acme"])
    ] = "",
    by: Annotated[By, Query(description="What is sorted by, and what `text` begins.")] = By.ID,
) -> Response:
    """List organizations."""
    with house.reading() as connection:
        return listing(asked, lambda page: find(connection, text, by, page))


@door.enter(
    "POST",
    "/import",
    Act.IMPORT,
    response_model=BookRecord,
    responses=CHANGED,
    openapi_extra=_BODY,
)
def import_(request: Request, content: TheBody, change: TheChange) -> Response:
    """Import a book, CSV or JSON lines by its content type: all of it or nothing.

    Organizations that it does not tell of stay as they are.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in _FORMATS:
        raise Refused(415, "invalid", f"send one of {', '.join(_FORMATS)} as Content-Type")
    return change.make_outside(lambda at: answer(_imported(change, _FORMATS[kind], content, at)))


@door.enter("GET", "/{name}", Act.READ, response_model=OrganizationRecord, responses=PROBLEMS)
def show(name: Name, house: TheHouse, caller: TheCaller, whole: Whole = False) -> Response:
    """Show an organization: contacts, digests of keys, facts, and who owns it."""
    with (house.writing if whole else house.reading)() as connection:
        organizations = Organizations(connection)
        profile, contacts = organizations.get(name), organizations.contacts(name)
        if profile is None:
            raise Refused(404, "not-found", f"no organization {name!r} is known")
        if whole:
            viewed(connection, caller, "organization", name, house.clock())
    return answer(organization_record(profile, contacts, whole=whole))


@door.enter("GET", "/{name}/sightings", Act.READ, response_model=Listing[Sum], responses=PROBLEMS)
def sightings(
    name: Name,
    house: TheHouse,
    asked: TheAsked,
    since: Annotated[date, Query(description="From this day on (UTC).", examples=["2026-06-01"])],
    until: Annotated[date, Query(description="To this day (UTC).", examples=["2026-06-30"])],
    by: Annotated[Part, Query(description="What is added up by.")] = Part.REGION,
) -> Response:
    """List from where an organization was seen in a time, added up by a part."""
    span = Span(since, until)
    with house.reading() as connection:
        return listing(asked, lambda page: find_sightings(connection, name, by, span, page))


@door.enter("POST", "/{name}/erase", Act.ERASE, response_model=Erased, responses=CHANGED)
def erase(name: Name, said: Erasing, change: TheChange) -> Response:
    """Erase everything that the store holds of an organization; there is no way back."""

    def work(connection: sa.Connection, at: datetime) -> Response:
        return answer(
            erase_all(
                connection,
                name,
                person=change.person,
                reason=said.reason,
                despite_open_case=said.despite_open_case,
                secret=change.house.secret,
                at=at,
            )
        )

    return change.make(work)


def _imported(change: Change, ending: str, content: bytes, at: datetime) -> Mapping[str, object]:
    with tempfile.TemporaryDirectory(prefix="regiongate-import-") as folder:
        path = File(folder) / f"body.{ending}"
        path.write_bytes(content)
        try:
            found = import_organizations(
                change.house.database,
                [path],
                change.person,
                at,
                lambda *_: None,
                rehearsed=change.dry_run,
            )
        except ProblemsFound as error:
            problems = [replace(one, file=path.name) for one in error.problems]
            raise ProblemsFound(problems) from None
    return _book(found, kept=not change.dry_run)


def _book(found: Imported, *, kept: bool) -> Mapping[str, object]:
    (book,), counts = found.books, found.organizations
    return {
        "new": counts.new,
        "changed": counts.changed,
        "unchanged": counts.unchanged,
        "bytes": book.bytes,
        "sha256": book.digest,
        "kept": kept,
    }
