"""Appeals: the queue with its clocks, one page for each, and deciding one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

import sqlalchemy as sa
from fastapi import Form, Path, Request, Response
from fastapi.responses import RedirectResponse

from regiongate.control.appeal.decide import (
    Decided,
    Ruling,
    deny,
    grant_corrections,
    grant_exemption,
)
from regiongate.control.appeal.sent import asked_for
from regiongate.control.appeal.sitting import Sitting
from regiongate.control.rehearsal import transactions
from regiongate.domain.appeal import Appeal, AppealState
from regiongate.domain.role import Act
from regiongate.server.console.common import Confirmed, Known, Name, Reason, TheHouse, end_of
from regiongate.server.console.consequence import ToBeSent, text_of
from regiongate.server.entry.door import Door
from regiongate.server.entry.session import by_session
from regiongate.server.pages.render import render
from regiongate.server.problem import Refused
from regiongate.server.viewed import viewed
from regiongate.store.appeals import APPEAL, Appeals
from regiongate.store.notices import NOTICE, Notices

door = Door(by_session, prefix="/console/appeals", tags=["console"], include_in_schema=False)

_DECIDED_SHOWN = 50


class Answer(StrEnum):
    """How an appeal may be answered."""

    EXEMPTION = "exemption"
    CORRECTIONS = "corrections"
    DENIAL = "denial"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person chose: the answer, why, until when, and the file whose networks are meant."""

    answer: Answer
    ruling: Ruling
    file: int | None


@door.enter("GET", "", Act.READ)
def queue(request: Request, house: TheHouse) -> Response:
    """Show the open appeals, the next to be due first, and those decided last."""
    with house.reading() as connection:
        appeals = Appeals(connection)
        waiting = list(appeals.where(APPEAL.c.state == AppealState.OPEN.value))
        decided = _decided_last(connection)
    return render(
        request,
        "console/appeals.html",
        waiting=sorted(waiting, key=lambda one: one.due),
        decided=decided,
    )


@door.enter("GET", "/{name}", Act.READ)
def page(request: Request, house: TheHouse, caller: Known, name: Name) -> Response:
    """Show an appeal: what it says, what came with it, and how it may be answered."""
    with house.writing() as connection:
        appeal = _appeal(connection, name)
        files = Appeals(connection).files(name)
        viewed(connection, caller, "appeal", appeal.organization, house.clock())
    return render(request, "console/appeal.html", appeal=appeal, files=files)


@door.enter("GET", "/{name}/files/{number}", Act.READ)
def file(
    house: TheHouse, caller: Known, name: Name, number: Annotated[int, Path(ge=1, le=100)]
) -> Response:
    """Hand out a file of an appeal: to be saved, never shown by the browser."""
    with house.writing() as connection:
        appeal = _appeal(connection, name)
        known = {one.number: one for one in Appeals(connection).files(name)}
        content = Appeals(connection).content(name, number)
        viewed(connection, caller, "appeal-file", appeal.organization, house.clock())
    if number not in known or content is None:
        raise Refused(404, "not-found", f"the appeal {name} has no file {number} any more")
    saved = f'attachment; filename="{name}-{number}{_ending(known[number].name)}"'
    headers = {"content-disposition": saved, "content-security-policy": "sandbox"}
    return Response(content, 200, headers, "application/octet-stream")


@door.enter("POST", "/{name}", Act.DECIDE_APPEAL)
def decide(
    request: Request,
    house: TheHouse,
    caller: Known,
    name: Name,
    answer: Annotated[Answer, Form()],
    reason: Reason,
    until: Annotated[str, Form(max_length=10)] = "",
    no_end: Annotated[bool, Form()] = False,
    file: Annotated[int | None, Form()] = None,
    confirmed: Confirmed = False,
) -> Response:
    """Show what an answer would bring and what would be written; once confirmed, give it."""
    if answer is not Answer.DENIAL and bool(until) == no_end:
        raise Refused(422, "invalid", "say until which day it holds, or that there is no end")
    asked = Asked(answer, Ruling(caller.person.name, reason, end_of(until)), file)
    desk = house.desk()
    with (
        transactions(house.database, rehearsed=not confirmed) as transaction,
        transaction() as connection,
    ):
        appeal = _appeal(connection, name)
        before = _written(connection, appeal.case)
        decided = _ANSWERS[answer](Sitting(connection, desk, house.clock()), name, asked)
        letters = _new(connection, appeal.case, before)
    if confirmed:
        return RedirectResponse(f"/console/appeals/{name}", 303)
    said = {"answer": answer.value, "until": until, "no_end": no_end, "file": file}
    return render(
        request,
        "console/appeal_answer.html",
        appeal=appeal,
        decided=decided,
        letters=letters,
        said=said,
        reason=reason,
    )


def _exempt(sitting: Sitting, name: str, asked: Asked) -> Decided:
    return grant_exemption(sitting, name, asked.ruling)


def _correct(sitting: Sitting, name: str, asked: Asked) -> Decided:
    if asked.file is None:
        raise Refused(422, "invalid", "say which geofeed of the appeal is right")
    places = asked_for(sitting.connection, name, asked.file)
    return grant_corrections(sitting, name, asked.ruling, places)


def _deny(sitting: Sitting, name: str, asked: Asked) -> Decided:
    return deny(sitting, name, Ruling(asked.ruling.person, asked.ruling.reason))


_ANSWERS: dict[Answer, Callable[[Sitting, str, Asked], Decided]] = {
    Answer.EXEMPTION: _exempt,
    Answer.CORRECTIONS: _correct,
    Answer.DENIAL: _deny,
}


def _appeal(connection: sa.Connection, name: str) -> Appeal:
    found = Appeals(connection).get(name)
    if found is None:
        raise Refused(404, "not-found", f"there is no appeal {name}")
    return found


def _decided_last(connection: sa.Connection) -> list[Appeal]:
    newest = (
        sa.select(APPEAL.c.id)
        .where(APPEAL.c.decided.is_not(None))
        .order_by(APPEAL.c.decided.desc())
        .limit(_DECIDED_SHOWN)
    )
    found = Appeals(connection).where(APPEAL.c.id.in_(newest))
    return sorted(found, key=lambda one: one.decided or one.due, reverse=True)


def _written(connection: sa.Connection, case: int) -> set[str]:
    return {one.id for one in Notices(connection).where(NOTICE.c["case"] == case)}


def _new(connection: sa.Connection, case: int, before: set[str]) -> list[ToBeSent]:
    notices = Notices(connection)
    found = [one for one in notices.where(NOTICE.c["case"] == case) if one.id not in before]
    return [ToBeSent(one, text_of(notices.message(one.id))) for one in found]


def _ending(name: str) -> str:
    """The ending of a kept file's name, which is that of its kind."""
    return name[name.rindex(".") :] if "." in name else ""
