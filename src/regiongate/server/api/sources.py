"""`/api/v1/sources`: how old each source is, what it says, and bringing a newer version."""

from __future__ import annotations

import os
from datetime import datetime
from typing import Annotated, Any

from fastapi import Path, Query, Response

from regiongate.control.sources import changes as source_changes
from regiongate.control.sources.ages import recorded
from regiongate.control.sources.bring import How
from regiongate.control.sources.fetch import Update
from regiongate.control.sources.known import Asked, Listed, describe, each, look_up
from regiongate.domain.role import Act
from regiongate.domain.source import NAME_PATTERN
from regiongate.geo.store.store import Store, Stored
from regiongate.server.api.answer import CHANGED, PROBLEMS, answer, version
from regiongate.server.api.change import TheChange
from regiongate.server.api.endpoint import TheHouse, api_door
from regiongate.server.api.source_record import (
    DamagedRecord,
    Entries,
    SourceRecord,
    source_record,
)
from regiongate.server.house import House
from regiongate.server.problem import Refused

door = api_door("sources")

SourceName = Annotated[
    str,
    Path(pattern=f"^{NAME_PATTERN}$", description="A source's name.", examples=["dbip-lite"]),
]


@door.enter(
    "GET", "", Act.READ, response_model=list[SourceRecord | DamagedRecord], responses=PROBLEMS
)
def list_(house: TheHouse) -> Response:
    """List the sources with their ages and alarms: they are few, so there is one page."""
    at, in_force = house.clock(), _in_force(house)
    return answer(
        [
            source_record(found, house.catalogue, in_force, at)
            if isinstance(found, Listed)
            else DamagedRecord(name=name, alarm=str(found))
            for name, found in each(house.catalogue)
        ]
    )


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


@door.enter("GET", "/{name}", Act.READ, response_model=SourceRecord, responses=PROBLEMS)
def show(name: SourceName, house: TheHouse) -> Response:
    """Show a source, with the version that a change asks for."""
    catalogue = house.catalogue
    if name not in catalogue.names():
        raise Refused(404, "not-found", f"there is no source {name}")
    found = describe(name, catalogue)
    said = source_record(found, catalogue, _in_force(house), house.clock())
    seen = version(found.source.entry() if found.stored is None else found.stored)
    return answer(said, headers={"etag": seen})


@door.enter("POST", "/{name}/update", Act.UPDATE_SOURCE, response_model=Update, responses=CHANGED)
def update(name: SourceName, change: TheChange) -> Response:
    """Fetch the newest version of a source of the store, as its recipe says.

    What became of it is its `status`; what was said against a version that came, its `objections`.
    """
    house, store = change.house, store_of(change.house)
    require_stored(house, name)

    def work(at: datetime) -> Response:
        how = How(at, os.environ, dry_run=change.dry_run)
        return answer(source_changes.update(house.database, store, name, how, change.person))

    return change.make_outside(work)


def store_of(house: House) -> Store:
    """The store of sources of this machine. Raises Refused where the server has none."""
    if house.catalogue.store is None:
        raise Refused(404, "not-found", "this server has no store of sources")
    return house.catalogue.store


def require_stored(house: House, name: str) -> None:
    """Raise Refused where a source is not in the store."""
    if name not in store_of(house).names():
        raise Refused(404, "not-found", f"{name} is not in the store of sources")


def stored(house: House, name: str) -> Stored:
    """A source of the store. Raises Refused where there is none, CannotRun for a damaged one."""
    require_stored(house, name)
    return store_of(house).get(name)


def _in_force(house: House) -> Entries:
    current = house.state.current()
    if current is None:
        return {}
    return {entry["name"]: entry for entry in recorded(house.state.manifest(current))}
