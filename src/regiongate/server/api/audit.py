"""`/api/v1/audit`: what was changed, when and by whom, and the proof that it is all there."""

from __future__ import annotations

import tempfile
from datetime import datetime
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import Query, Response
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime, BaseModel

from regiongate.control.audit.check import verify_store
from regiongate.control.audit.export import lines
from regiongate.control.audit.page import events
from regiongate.control.audit.signed import sign
from regiongate.control.audit.trouble import Verified
from regiongate.control.fold import Folded, fold
from regiongate.control.secrets import signing_key
from regiongate.domain.audit import Tag
from regiongate.domain.errors import CannotRun
from regiongate.domain.role import Act
from regiongate.server.api.answer import CHANGED, PROBLEMS, answer
from regiongate.server.api.change import TheChange
from regiongate.server.api.endpoint import TheCaller, TheHouse, api_door
from regiongate.server.api.listing import Listing, TheAsked, listing
from regiongate.server.viewed import viewed
from regiongate.store.audit import AuditTrail, Which

door = api_door("audit")

_LINES = "application/x-ndjson"
_CHUNK = 1 << 16
_EXPORT = {
    200: {
        "description": "One event a line, and a signed head as the last: docs/audit.md.",
        "content": {_LINES: {"schema": {"type": "string"}}},
    }
}


class EventRecord(BaseModel):
    """An event; what it says is null where its content has been erased."""

    number: int
    at: str
    tag: str
    actor: str | None
    organization: str | None
    detail: Any = None


class HeadPlace(BaseModel):
    """Where the trail ends: how many events, the hash of the last, and when that was so."""

    number: int
    hash: str
    at: str


class HeadRecord(BaseModel):
    """A signed head (Ed25519); key and signature in hexadecimal."""

    head: HeadPlace
    key: str
    signature: str


@door.enter("GET", "", Act.READ, response_model=Listing[EventRecord], responses=PROBLEMS)
def list_(
    house: TheHouse,
    asked: TheAsked,
    tag: Annotated[list[Tag] | None, Query(description="Only such events; none: any.")] = None,
    actor: Annotated[
        str | None, Query(max_length=300, description="Only what this person did.")
    ] = None,
    organization: Annotated[
        str | None, Query(max_length=300, description="Only about this organization.")
    ] = None,
    since: Annotated[AwareDatetime | None, Query(description="Only from this instant on.")] = None,
    until: Annotated[AwareDatetime | None, Query(description="Only before this instant.")] = None,
) -> Response:
    """List events, the newest first. It does not verify them."""
    tags = tuple(one.value for one in tag or ())
    which = Which(tags, actor, organization, since, until)
    with house.reading() as connection:
        return listing(asked, lambda page: events(connection, which, page))


@door.enter("GET", "/verify", Act.READ, response_model=Verified, responses=PROBLEMS)
def verify(house: TheHouse) -> Response:
    """Compute the whole chain again: some seconds for a million events."""
    with house.reading() as connection:
        return answer(verify_store(connection, (), lambda *_: None))


@door.enter("GET", "/head", Act.READ, response_model=HeadRecord, responses=PROBLEMS)
def head(house: TheHouse) -> Response:
    """Sign the head: kept elsewhere, no end of the trail can be cut unnoticed."""
    key = signing_key(house.state.root)
    with house.reading() as connection:
        return answer(sign(AuditTrail(connection).head(), key, house.clock()).to_json())


@door.enter(
    "GET", "/export", Act.EXPORT, responses=PROBLEMS | _EXPORT, response_class=StreamingResponse
)
def export(house: TheHouse, caller: TheCaller) -> Response:
    """Export the whole trail as JSON lines; that is written to the trail after it.

    It is made whole before its first byte goes out, so an answer never breaks off by our fault.
    """
    key, at = signing_key(house.state.root), house.clock()
    made = tempfile.TemporaryFile()  # noqa: SIM115 - it is closed when the last byte went out
    with house.reading() as connection:
        trail = AuditTrail(connection)
        trail.hold_still()
        signed = sign(trail.head(), key, at)
        made.writelines(line.encode() for line in lines(trail.entries(), signed))
    with house.writing() as connection:
        viewed(connection, caller, "audit-export", None, at)
    made.seek(0)
    parts = iter(lambda: made.read(_CHUNK), b"")
    headers = {"content-disposition": 'attachment; filename="audit.jsonl"'}
    return StreamingResponse(parts, 200, headers, _LINES)


@door.enter("POST", "/fold", Act.FOLD, response_model=Folded, responses=CHANGED)
def fold_old(change: TheChange) -> Response:
    """Remove what is finer than a network and older than the policy in force keeps it.

    That is: contents of rejected lines, files of appeals, mail addresses given with appeals. There
    is no way back; with `dry_run` it says how much would go.
    """
    rules = change.house.policy().cases
    if rules is None:
        raise CannotRun("the policy in force has no section cases: nothing says what is kept")

    def work(connection: sa.Connection, at: datetime) -> Response:
        return answer(fold(connection, rules, actor=change.person, at=at))

    return change.make(work)
