"""`/api/v1/sources`: how old each source is, what it says, and bringing a newer version."""

from __future__ import annotations

import os
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import Path, Query, Response
from pydantic import BaseModel

from regiongate.control import fetch_source
from regiongate.control.bring_file import How
from regiongate.control.sources import Asked, listed, look_up
from regiongate.domain.audit import AuditEvent, Tag
from regiongate.domain.role import Act
from regiongate.server.api.answer import CHANGED, PROBLEMS, answer
from regiongate.server.api.change import TheChange
from regiongate.server.api.endpoint import TheHouse, api_door
from regiongate.server.problem import Refused
from regiongate.store.audit import AuditTrail

door = api_door("sources")

SourceName = Annotated[
    str,
    Path(
        pattern="^[a-z0-9][a-z0-9._-]{0,63}$",
        description="A source's name.",
        examples=["dbip-lite"],
    ),
]


class SourceRecord(BaseModel):
    """A source with its age."""

    name: str
    place: str
    kind: str
    version: str
    date: date
    age_days: int
    maximum_age: int
    stale: bool
    licence: str
    digest: str


class UpdateRecord(BaseModel):
    """What became of a source, and what was said against a version that came."""

    name: str
    status: str
    objections: list[str]


@door.enter("GET", "", Act.READ, response_model=list[SourceRecord], responses=PROBLEMS)
def list_(house: TheHouse) -> Response:
    """List the sources that can be opened, with their ages."""
    at = house.clock()
    found, _ = listed(house.catalogue)
    return answer([_record(one.source, one.place, at) for one in found])


@door.enter("GET", "/lookup", Act.READ, response_model=list[dict[str, Any]], responses=PROBLEMS)
def lookup(
    house: TheHouse,
    address: Annotated[
        list[str],
        Query(min_length=1, max_length=100, description="Addresses.", examples=[["198.51.100.7"]]),
    ],
) -> Response:
    """Say what each source says of addresses."""
    asked = [Asked(text, "address", place) for place, text in enumerate(address, start=1)]
    return answer(look_up(asked, house.catalogue)[0])


@door.enter(
    "POST", "/{name}/update", Act.UPDATE_SOURCE, response_model=UpdateRecord, responses=CHANGED
)
def update(name: SourceName, change: TheChange) -> Response:
    """Fetch the newest version of a source of the store, as its recipe says."""
    change.refuse_rehearsal("regiongate geo update --dry-run does where the store is")
    house = change.house
    store = house.catalogue.store
    if store is None or name not in store.names():
        raise Refused(404, "not-found", f"{name} is not in the store of sources")

    def work(at: datetime) -> Response:
        found = fetch_source.update(store, name, How(at, os.environ))
        detail = {"source": name, "status": found.status}
        with house.writing() as connection:
            event = AuditEvent(at, change.person, Tag.SOURCE_UPDATED, None, {**detail})
            AuditTrail(connection).write([event])
        said = UpdateRecord(name=name, status=found.status, objections=list(found.objections))
        return answer(said)

    return change.make_outside(work)


def _record(source: Any, place: str, at: datetime) -> SourceRecord:
    return SourceRecord(
        name=source.name,
        place=place,
        kind=str(source.kind),
        version=source.version,
        date=source.date,
        age_days=source.age.days(at),
        maximum_age=source.maximum_age,
        stale=source.age.is_stale(at),
        licence=source.licence,
        digest=source.digest,
    )
