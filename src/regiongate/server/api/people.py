"""`/api/v1/people`: the provider's people, and what each is trusted with."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from fastapi import Response
from pydantic import Field

from regiongate.control.access.people import add_person, change_person, remove_person
from regiongate.domain.role import PERSON, Act, Person, Role
from regiongate.server.api.answer import CHANGED, PROBLEMS, answer, require_version, version
from regiongate.server.api.body import Body
from regiongate.server.api.change import TheChange
from regiongate.server.api.endpoint import Name, TheHouse, api_door
from regiongate.server.api.listing import Listing, TheAsked, listing
from regiongate.server.problem import Refused
from regiongate.store.people import People

door = api_door("people")


class NewPerson(Body):
    """Somebody to add."""

    name: str = Field(pattern=f"^{PERSON.pattern}$", examples=["anna"])
    role: Role


class NewRole(Body):
    """What somebody is trusted with from now on."""

    role: Role


@door.enter("GET", "", Act.READ, response_model=Listing[Person], responses=PROBLEMS)
def list_(house: TheHouse, asked: TheAsked) -> Response:
    """List the people, by name."""
    with house.reading() as connection:
        return listing(asked, People(connection).page)


@door.enter("GET", "/{name}", Act.READ, response_model=Person, responses=PROBLEMS)
def show(name: Name, house: TheHouse) -> Response:
    """Show a person, with the version that a change asks for."""
    with house.reading() as connection:
        return _said(_required(connection, name))


@door.enter(
    "POST", "", Act.MANAGE_PEOPLE, response_model=Person, status_code=201, responses=CHANGED
)
def add(said: NewPerson, change: TheChange) -> Response:
    """Add a person."""

    def work(connection: sa.Connection, at: datetime) -> Response:
        return _said(
            add_person(connection, Person(said.name, said.role), change.person, at), status=201
        )

    return change.make(work)


@door.enter("PUT", "/{name}", Act.MANAGE_PEOPLE, response_model=Person, responses=CHANGED)
def change(name: Name, said: NewRole, change: TheChange) -> Response:
    """Give a person another role."""

    def work(connection: sa.Connection, at: datetime) -> Response:
        require_version(change.if_match, _required(connection, name))
        return _said(change_person(connection, name, said.role, change.person, at))

    return change.make(work)


@door.enter("DELETE", "/{name}", Act.MANAGE_PEOPLE, response_model=Person, responses=CHANGED)
def remove(name: Name, change: TheChange) -> Response:
    """Remove a person; what they did stays theirs."""

    def work(connection: sa.Connection, at: datetime) -> Response:
        require_version(change.if_match, _required(connection, name))
        return _said(remove_person(connection, name, change.person, at))

    return change.make(work)


def _required(connection: sa.Connection, name: str) -> Person:
    found = People(connection).get(name)
    if found is None:
        raise Refused(404, "not-found", f"nobody here is called {name!r}")
    return found


def _said(one: Person, status: int = 200) -> Response:
    return answer(one, status, {"etag": version(one)})
