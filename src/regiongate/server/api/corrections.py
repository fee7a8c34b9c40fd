"""`/api/v1/corrections`: where networks really are, against every source, for a time."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import sqlalchemy as sa
from fastapi import Query, Response
from pydantic import AwareDatetime, Field

from regiongate.control.grant import correct
from regiongate.control.grant.correct import Located
from regiongate.control.grant.network_of import network_of, region_of
from regiongate.control.grant.terms import Terms
from regiongate.domain.exemption import Correction
from regiongate.domain.role import Act
from regiongate.server.api.answer import CHANGED, PROBLEMS, answer, require_version, version
from regiongate.server.api.body import Body
from regiongate.server.api.cases import Decision
from regiongate.server.api.change import TheChange
from regiongate.server.api.endpoint import Name, Reason, TheHouse, api_door
from regiongate.server.api.listing import Listing, TheAsked, listing
from regiongate.server.problem import Refused
from regiongate.store.exemptions import Corrections

door = api_door("corrections")

_MOST = 1000


class Place(Body):
    """A network, and where it is."""

    network: str = Field(max_length=50, examples=["198.51.100.0/24"])
    region: str = Field(max_length=6, description="Code of ISO 3166-1 or -2.", examples=["FR"])


class NewCorrections(Body):
    """Where networks are, why that is known, and until when."""

    places: list[Place] = Field(min_length=1, max_length=_MOST)
    reason: Reason = Field(examples=["Contract and traceroute of 2026-07-01."])
    until: AwareDatetime | None = Field(
        description="Until when, in whole seconds; null: without end, which is to be said.",
        examples=["2026-12-31T00:00:00Z"],
    )
    replaces: bool = Field(False, description="In place of those that are in force.")


@door.enter("GET", "", Act.READ, response_model=Listing[Correction], responses=PROBLEMS)
def list_(
    house: TheHouse,
    asked: TheAsked,
    ended: Annotated[bool, Query(description="Those that have ended, too.")] = False,
) -> Response:
    """List the corrections that are in force, the newest first."""
    in_force_at = None if ended else house.clock()
    with house.reading() as connection:
        return listing(asked, lambda page: Corrections(connection).page(in_force_at, page))


@door.enter("GET", "/{name}", Act.READ, response_model=Correction, responses=PROBLEMS)
def show(name: Name, house: TheHouse) -> Response:
    """Show a correction."""
    with house.reading() as connection:
        return _said(_required(connection, name))


@door.enter(
    "POST", "", Act.EXEMPT, response_model=list[Correction], status_code=201, responses=CHANGED
)
def grant(said: NewCorrections, change: TheChange) -> Response:
    """Say where networks really are, of all of them or of none."""
    located = [Located(network_of(one.network), region_of(one.region)) for one in said.places]

    def work(connection: sa.Connection, at: datetime) -> Response:
        terms = Terms(said.reason, change.person, said.until, replaces=said.replaces)
        return answer(correct.correct(connection, located, terms, at), 201)

    return change.make(work)


@door.enter("POST", "/{name}/end", Act.EXEMPT, response_model=Correction, responses=CHANGED)
def end(name: Name, said: Decision, change: TheChange) -> Response:
    """End a correction before its time."""

    def work(connection: sa.Connection, at: datetime) -> Response:
        require_version(change.if_match, _required(connection, name))
        return _said(correct.withdraw(connection, name, change.person, said.reason, at))

    return change.make(work)


def _required(connection: sa.Connection, name: str) -> Correction:
    found = Corrections(connection).get(name)
    if found is None:
        raise Refused(404, "not-found", f"there is no correction {name}")
    return found


def _said(one: Correction) -> Response:
    return answer(one, headers={"etag": version(one)})
