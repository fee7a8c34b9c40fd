"""`/api/v1/exemptions`: what the region rules do not apply to, for a time."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import sqlalchemy as sa
from fastapi import Query, Response
from pydantic import AwareDatetime, Field

from regiongate.control.grant import exempt
from regiongate.control.grant.exempt import Subject
from regiongate.control.grant.network_of import network_of
from regiongate.control.grant.page import exemptions
from regiongate.control.grant.terms import Terms
from regiongate.domain.exemption import Exemption
from regiongate.domain.role import Act
from regiongate.server.api.answer import CHANGED, PROBLEMS, answer, require_version, version
from regiongate.server.api.body import Body
from regiongate.server.api.case_record import ExemptionRecord, exemption_record
from regiongate.server.api.cases import Decision
from regiongate.server.api.change import TheChange
from regiongate.server.api.endpoint import Name, Reason, TheHouse, api_door
from regiongate.server.api.listing import Listing, TheAsked, listing
from regiongate.server.problem import Refused
from regiongate.store.exemptions import Exemptions

door = api_door("exemptions")


class NewExemption(Body):
    """What is exempt (one of organization, key and network), why, and until when."""

    organization: str | None = Field(None, max_length=256, examples=["acme"])
    key: str | None = Field(
        None, pattern="^[0-9a-f]{64}$", description="The SHA-256 digest of a key, in hexadecimal."
    )
    network: str | None = Field(None, max_length=50, examples=["198.51.100.0/24"])
    holder: str | None = Field(
        None, max_length=256, description="Whose key or network it is: who is told of its end."
    )
    reason: Reason = Field(examples=["Their clinic in Tehran, by contract until the end of 2026."])
    until: AwareDatetime | None = Field(
        description="Until when, in whole seconds; null: without end, which is to be said.",
        examples=["2026-12-31T00:00:00Z"],
    )
    replaces: bool = Field(False, description="In place of one that is in force.")


@door.enter("GET", "", Act.READ, response_model=Listing[ExemptionRecord], responses=PROBLEMS)
def list_(
    house: TheHouse,
    asked: TheAsked,
    holder: Annotated[
        str | None, Query(max_length=256, description="Only of this organization.")
    ] = None,
    lasting: Annotated[bool, Query(description="Only those that nobody has ended.")] = False,
    expires_before: Annotated[
        AwareDatetime | None, Query(description="Only those that expire before this instant.")
    ] = None,
) -> Response:
    """List exemptions, the newest first."""
    with house.reading() as connection:
        return listing(
            asked,
            lambda page: exemptions(
                connection, holder, lasting=lasting, expires_before=expires_before, asked=page
            ),
            exemption_record,
        )


@door.enter("GET", "/{name}", Act.READ, response_model=ExemptionRecord, responses=PROBLEMS)
def show(name: Name, house: TheHouse) -> Response:
    """Show an exemption."""
    with house.reading() as connection:
        return _said(_required(connection, name))


@door.enter(
    "POST", "", Act.EXEMPT, response_model=ExemptionRecord, status_code=201, responses=CHANGED
)
def grant(said: NewExemption, change: TheChange) -> Response:
    """Exempt an organization, a key or a network."""
    subject = _subject(said)

    def work(connection: sa.Connection, at: datetime) -> Response:
        terms = Terms(said.reason, change.person, said.until, replaces=said.replaces)
        return _said(exempt.exempt(connection, subject, terms, at).exemption, 201)

    return change.make(work)


@door.enter("POST", "/{name}/end", Act.EXEMPT, response_model=ExemptionRecord, responses=CHANGED)
def end(name: Name, said: Decision, change: TheChange) -> Response:
    """End an exemption before its time."""

    def work(connection: sa.Connection, at: datetime) -> Response:
        require_version(change.if_match, exemption_record(_required(connection, name)))
        return _said(exempt.withdraw(connection, name, change.person, said.reason, at)[0])

    return change.make(work)


def _subject(said: NewExemption) -> Subject:
    if sum(one is not None for one in (said.organization, said.key, said.network)) != 1:
        raise Refused(422, "invalid", "name an organization, a key or a network, and only one")
    if said.organization is not None and said.holder is not None:
        raise Refused(422, "invalid", "`holder` says whose a key or a network is")
    return Subject(
        said.organization,
        None if said.key is None else bytes.fromhex(said.key),
        None if said.network is None else network_of(said.network),
        said.holder,
    )


def _required(connection: sa.Connection, name: str) -> Exemption:
    found = Exemptions(connection).get(name)
    if found is None:
        raise Refused(404, "not-found", f"there is no exemption {name}")
    return found


def _said(one: Exemption, status: int = 200) -> Response:
    record = exemption_record(one)
    return answer(record, status, {"etag": version(record)})
