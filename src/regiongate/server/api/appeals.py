"""`/api/v1/appeals`: what organizations say against what was found or decided."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import sqlalchemy as sa
from fastapi import Path, Query, Response
from pydantic import AwareDatetime, Base64Bytes, Field

from regiongate.control.appeal import decide
from regiongate.control.appeal.decide import Ruling
from regiongate.control.appeal.evidence import Upload
from regiongate.control.appeal.open import open_for, reopen_for
from regiongate.control.appeal.page import Queued, appeals
from regiongate.control.appeal.sent import asked_for
from regiongate.control.appeal.sitting import Sitting
from regiongate.control.appeal.statement import statement
from regiongate.domain.appeal import MAX_FILES, Appeal, AppealState, KeptFile, Statement
from regiongate.domain.contact import masked
from regiongate.domain.role import Act
from regiongate.server.api.answer import CHANGED, PROBLEMS, answer, require_version, version
from regiongate.server.api.body import Body
from regiongate.server.api.case_record import AppealRecord, appeal_record
from regiongate.server.api.cases import Decision, require_case
from regiongate.server.api.change import Change, TheChange
from regiongate.server.api.endpoint import Name, TheCaller, TheHouse, Whole, api_door
from regiongate.server.api.listing import Listing, TheAsked, listing
from regiongate.server.problem import Refused
from regiongate.server.viewed import viewed
from regiongate.store.appeals import Appeals

door = api_door("appeals")

_FILE = {
    200: {
        "description": "The file as it was sent.",
        "content": {"application/octet-stream": {"schema": {"type": "string"}}},
    }
}


class AppealView(AppealRecord):
    """An appeal with what it says; its mail address is masked unless asked for."""

    case: int
    organization: str
    opened_by: str
    reopened_of: str | None
    text: str
    mail: str | None
    exemption: str | None
    correction: str | None
    files: list[KeptFile] = Field([], description="What came with it, without its content.")


class SentFile(Body):
    """A file that came with an appeal."""

    name: str = Field(max_length=300, examples=["geofeed.csv"])
    content: Base64Bytes = Field(description="Its bytes in base64 (RFC 4648, section 4).")


class Recorded(Body):
    """What was written, and to whom the answer goes."""

    text: str = Field(max_length=40_000, examples=["We moved to Lyon in May."])
    mail: str | None = Field(None, max_length=254, examples=["ops@example.com"])
    files: list[SentFile] = Field([], max_length=MAX_FILES)


class NewAppeal(Recorded):
    """An appeal that reached a person in another way than by the link."""

    case: int = Field(ge=1, le=10**18, examples=[7])


class Granting(Decision):
    """Why an appeal is right, and until when what is granted holds."""

    until: AwareDatetime | None = Field(
        description="Until when, in whole seconds; null: without end, which is to be said.",
        examples=["2026-12-31T00:00:00Z"],
    )
    file: int | None = Field(
        None,
        ge=1,
        le=100,
        description="The geofeed whose networks are corrected; null: it becomes exempt.",
    )
    replaces: bool = Field(False, description="In place of corrections that are in force.")


@door.enter("GET", "", Act.READ, response_model=Listing[Queued], responses=PROBLEMS)
def list_(
    house: TheHouse,
    asked: TheAsked,
    state: Annotated[AppealState | None, Query(description="Only in this state.")] = None,
    due_before: Annotated[
        AwareDatetime | None, Query(description="Only those due before this instant.")
    ] = None,
) -> Response:
    """List appeals, the next to be due first."""
    with house.reading() as connection:
        return listing(asked, lambda page: appeals(connection, state, due_before, page))


@door.enter("GET", "/{name}", Act.READ, response_model=AppealView, responses=PROBLEMS)
def show(name: Name, house: TheHouse, caller: TheCaller, whole: Whole = False) -> Response:
    """Show an appeal with its text, which is written to the trail."""
    with house.writing() as connection:
        found = _required(connection, name)
        said = _view(connection, found, whole=whole)
        viewed(connection, caller, "appeal", found.organization, house.clock())
    return answer(said, headers={"etag": _version(found)})


@door.enter(
    "GET",
    "/{name}/files/{number}",
    Act.READ,
    responses=PROBLEMS | _FILE,
    response_class=Response,
)
def file(
    name: Name,
    house: TheHouse,
    caller: TheCaller,
    number: Annotated[int, Path(ge=1, le=100, description="The file's number.", examples=[1])],
) -> Response:
    """Hand out a file of an appeal; that is written to the trail."""
    with house.writing() as connection:
        found = _required(connection, name)
        content = Appeals(connection).content(name, number)
        if content is None:
            raise Refused(404, "not-found", f"the appeal {name} has no file {number} any more")
        viewed(connection, caller, "appeal-file", found.organization, house.clock())
    headers = {"content-disposition": "attachment", "content-security-policy": "sandbox"}
    return Response(content, 200, headers, "application/octet-stream")


@door.enter("POST", "", Act.NOTE, response_model=AppealView, status_code=201, responses=CHANGED)
def record(said: NewAppeal, change: TheChange) -> Response:
    """Record an appeal for whoever wrote by mail. One that is open already is the answer then."""
    sent = _statement(said)

    def work(connection: sa.Connection, at: datetime) -> Response:
        require_case(connection, said.case)
        sitting = Sitting(connection, change.house.desk(), at)
        return _said(connection, open_for(sitting, said.case, change.person, sent).appeal, 201)

    return change.make(work)


@door.enter("POST", "/{name}/reopen", Act.NOTE, response_model=AppealView, responses=CHANGED)
def reopen(name: Name, said: Recorded, change: TheChange) -> Response:
    """Reopen a denied appeal, once, for whoever wrote by mail."""
    sent = _statement(said)

    def work(connection: sa.Connection, at: datetime) -> Response:
        require_version(change.if_match, _versioned(_required(connection, name)))
        sitting = Sitting(connection, change.house.desk(), at)
        return _said(connection, reopen_for(sitting, name, change.person, sent).appeal)

    return change.make(work)


@door.enter(
    "POST", "/{name}/grant", Act.DECIDE_APPEAL, response_model=AppealView, responses=CHANGED
)
def grant(name: Name, said: Granting, change: TheChange) -> Response:
    """Grant an appeal: the organization is exempt, or its networks are corrected."""

    def work(connection: sa.Connection, at: datetime) -> Response:
        sitting = _sitting(change, connection, name, at)
        ruling = Ruling(change.person, said.reason, said.until)
        if said.file is None:
            return _said(connection, decide.grant_exemption(sitting, name, ruling).appeal)
        places = asked_for(connection, name, said.file)
        made = decide.grant_corrections(sitting, name, ruling, places, replaces=said.replaces)
        return _said(connection, made.appeal)

    return change.make(work)


@door.enter("POST", "/{name}/deny", Act.DECIDE_APPEAL, response_model=AppealView, responses=CHANGED)
def deny(name: Name, said: Decision, change: TheChange) -> Response:
    """Deny an appeal; its case goes on from where it stands."""

    def work(connection: sa.Connection, at: datetime) -> Response:
        sitting = _sitting(change, connection, name, at)
        return _said(
            connection, decide.deny(sitting, name, Ruling(change.person, said.reason)).appeal
        )

    return change.make(work)


def _sitting(change: Change, connection: sa.Connection, name: str, at: datetime) -> Sitting:
    require_version(change.if_match, _versioned(_required(connection, name)))
    return Sitting(connection, change.house.desk(), at)


def _statement(said: Recorded) -> Statement:
    uploads = [Upload(one.name, one.content) for one in said.files]
    return statement(said.text, uploads, said.mail)


def _required(connection: sa.Connection, name: str) -> Appeal:
    found = Appeals(connection).get(name)
    if found is None:
        raise Refused(404, "not-found", f"there is no appeal {name}")
    return found


def _view(connection: sa.Connection, one: Appeal, *, whole: bool = False) -> AppealView:
    said = AppealView.model_validate(one, from_attributes=True)
    said.mail = one.mail if whole or one.mail is None else masked(one.mail)
    said.files = Appeals(connection).files(one.id)
    return said


def _said(connection: sa.Connection, one: Appeal, status: int = 200) -> Response:
    return answer(_view(connection, one), status, {"etag": _version(one)})


def _versioned(one: Appeal) -> AppealRecord:
    """What of an appeal changes: its text and files never do."""
    return appeal_record(one)


def _version(one: Appeal) -> str:
    return version(_versioned(one))
