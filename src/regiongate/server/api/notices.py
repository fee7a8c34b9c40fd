"""`/api/v1/notices`: what organizations were told, and whether it arrived."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import Query, Response
from pydantic import BaseModel, Field

from regiongate.control.notices.by_hand import Said, settle
from regiongate.control.notices.page import notices
from regiongate.domain.contact import masked
from regiongate.domain.notice import Event
from regiongate.domain.role import Act
from regiongate.server.api.answer import CHANGED, PROBLEMS, answer, require_version, version
from regiongate.server.api.body import Body
from regiongate.server.api.change import TheChange
from regiongate.server.api.endpoint import Name, Reason, TheCaller, TheHouse, Whole, api_door
from regiongate.server.api.listing import Listing, TheAsked, listing
from regiongate.server.problem import Refused
from regiongate.server.viewed import viewed
from regiongate.store.notices import KeptNotice, Notices, NoticeState

door = api_door("notices")

LETTER: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The letter, as exact bytes (RFC 5322).",
        "content": {"message/rfc822": {"schema": {"type": "string"}}},
    }
}
"""What is answered with a letter."""


class NoticeLine(BaseModel):
    """A notice and what became of it; the address is masked."""

    id: str
    case: int
    organization: str
    event: Event
    round: int
    address: str | None
    language: str
    subject: str
    composed_at: datetime
    state: NoticeState
    attempts: int
    due_at: datetime | None
    accepted_at: datetime | None
    bounced_at: datetime | None
    reply_code: int | None
    settled_by: str | None


class AttemptRecord(BaseModel):
    """One attempt to send a notice, and what the relay or the system said; addresses are masked."""

    number: int
    at: datetime
    stage: str | None = Field(description="How far it came; null: its worker ended.")
    fate: str
    reply_code: int | None
    reply: str


class Settling(Body):
    """What a person found out about a notice of which nobody knew."""

    said: Said
    reason: Reason = Field(examples=["The log of the relay has it as accepted."])


@door.enter("GET", "", Act.READ, response_model=Listing[NoticeLine], responses=PROBLEMS)
def list_(
    house: TheHouse,
    asked: TheAsked,
    state: Annotated[NoticeState | None, Query(description="Only in this state.")] = None,
    event: Annotated[Event | None, Query(description="Only of this event.")] = None,
    bounced: Annotated[bool, Query(description="Only those that came back.")] = False,
    case: Annotated[
        int | None, Query(ge=1, le=10**18, description="Only of this case.", examples=[7])
    ] = None,
) -> Response:
    """List notices, the newest first."""
    with house.reading() as connection:
        return listing(
            asked,
            lambda page: notices(connection, state, event, bounced=bounced, case=case, asked=page),
            _line,
        )


@door.enter("GET", "/{name}", Act.READ, response_model=NoticeLine, responses=PROBLEMS)
def show(name: Name, house: TheHouse, caller: TheCaller, whole: Whole = False) -> Response:
    """Show a notice."""
    with (house.writing if whole else house.reading)() as connection:
        found = _required(connection, name)
        if whole:
            viewed(connection, caller, "notice-address", found.organization, house.clock())
    said = _line(found)
    said.address = found.address if whole else said.address
    return answer(said, headers={"etag": version(_line(found))})


@door.enter(
    "GET", "/{name}/message", Act.READ, responses=PROBLEMS | LETTER, response_class=Response
)
def message(name: Name, house: TheHouse, caller: TheCaller) -> Response:
    """Hand out the letter as it was sent; that is written to the trail."""
    with house.writing() as connection:
        found = _required(connection, name)
        content = Notices(connection).message(name)
        viewed(connection, caller, "notice", found.organization, house.clock())
    return letter_answer(content)


@door.enter(
    "GET", "/{name}/attempts", Act.READ, response_model=list[AttemptRecord], responses=PROBLEMS
)
def attempts(name: Name, house: TheHouse) -> Response:
    """List the attempts to send a notice, in their order."""
    with house.reading() as connection:
        address = _required(connection, name).address
        made = Notices(connection).attempts(name)
    shown = masked(address)
    return answer([replace(one, reply=one.reply.replace(address, shown)) for one in made])


@door.enter("POST", "/{name}/settle", Act.NOTIFY, response_model=NoticeLine, responses=CHANGED)
def settled(name: Name, said: Settling, change: TheChange) -> Response:
    """Say of a notice of which nobody knows that it was accepted, or have it sent again."""

    def work(connection: sa.Connection, at: datetime) -> Response:
        require_version(change.if_match, _line(_required(connection, name)))
        found = settle(connection, name, said.said, said.reason, person=change.person, at=at)
        return answer(_line(found), headers={"etag": version(_line(found))})

    return change.make(work)


def letter_answer(content: bytes) -> Response:
    """A letter in its exact bytes: to be saved as `.eml`, never shown by a browser."""
    headers = {"content-disposition": "attachment", "content-security-policy": "sandbox"}
    return Response(content, 200, headers, "message/rfc822")


def _required(connection: sa.Connection, name: str) -> KeptNotice:
    found = Notices(connection).get(name)
    if found is None:
        raise Refused(404, "not-found", f"there is no notice {name}")
    return found


def _line(one: KeptNotice) -> NoticeLine:
    said = NoticeLine.model_validate(one, from_attributes=True)
    said.address = masked(one.address)
    return said
