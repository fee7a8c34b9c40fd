"""`/api/v1/notices/bounces`: what came back by mail."""

from __future__ import annotations

import io
from datetime import datetime

import sqlalchemy as sa
from fastapi import Request, Response
from pydantic import BaseModel, Field

from regiongate.control.notices import rounds
from regiongate.control.notices.returned import Heard, Meaning, hear
from regiongate.domain.contact import masked
from regiongate.domain.role import Act
from regiongate.notify.bounces.mailbox import LARGEST, Mail, mails_in
from regiongate.notify.bounces.read import read_mails
from regiongate.notify.bounces.report import Action, Bounces, LeftAside
from regiongate.server.api.answer import CHANGED, answer
from regiongate.server.api.change import TheChange
from regiongate.server.api.endpoint import TheBody, api_door
from regiongate.server.house import House
from regiongate.server.problem import Refused

door = api_door("notices")

_MAIL, _MBOX = "message/rfc822", "application/mbox"
_NAME = "body"
_BODY = {
    "requestBody": {
        "required": True,
        "description": "A mail as it came, or several as an mbox file (RFC 4155).",
        "content": {
            _MAIL: {"schema": {"type": "string"}},
            _MBOX: {"schema": {"type": "string"}},
        },
    }
}


class ReportRecord(BaseModel):
    """What one mail reports of one recipient, and what that means here."""

    mail: str = Field(description="Which of the mails it was.")
    notice: str | None = Field(description="Which notice it is about; null: nobody can tell.")
    recipient: str = Field(description="The address, masked.")
    action: Action
    status: str = Field(description="The code of RFC 3463.", examples=["5.1.1"])
    meaning: Meaning


class BouncesRecord(BaseModel):
    """What was taken in, what was left aside, and what was written to next contacts."""

    reports: list[ReportRecord]
    left_aside: list[LeftAside]
    written: list[str] = Field(description="The ids of notices to the next contact.")
    kept: bool = Field(description="False where it was rehearsed with `dry_run`.")


@door.enter(
    "POST",
    "/bounces",
    Act.NOTIFY,
    response_model=BouncesRecord,
    responses=CHANGED,
    openapi_extra=_BODY,
)
def bounces(request: Request, content: TheBody, change: TheChange) -> Response:
    """Take in reports of deliveries (RFC 3464). The same mail may come again and again.

    A permanent failure turns the contact bad and the case loud, and the next contact gets the
    notice. What is no report is left aside, and named.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    found = _read(change.house, kind, content)
    desk = change.house.desk()

    def work(connection: sa.Connection, at: datetime) -> Response:
        returned = hear(connection, found, at, change.person)
        written = rounds.go_on(connection, desk, at, actor=change.person)
        return answer(
            BouncesRecord(
                reports=[_report(one) for one in returned.heard],
                left_aside=list(returned.left_aside),
                written=written,
                kept=not change.dry_run,
            )
        )

    return change.make(work)


def _read(house: House, kind: str, content: bytes) -> Bounces:
    if kind == _MBOX:
        return read_mails(mails_in(io.BytesIO(content), _NAME), house.sender())
    if kind != _MAIL:
        raise Refused(415, "invalid", f"send {_MAIL} or {_MBOX} as Content-Type")
    if len(content) > LARGEST:
        raise Refused(413, "too-large", f"a report has at most {LARGEST} bytes")
    return read_mails([Mail(_NAME, content)], house.sender())


def _report(one: Heard) -> ReportRecord:
    said = one.report
    return ReportRecord(
        mail=said.name,
        notice=said.notice,
        recipient=masked(said.recipient),
        action=said.action,
        status=said.status,
        meaning=one.meaning,
    )
