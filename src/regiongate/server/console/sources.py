"""Sources: how old each is, where they agree, and bringing a newer version."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Path, Request, Response
from markupsafe import Markup

from regiongate.control.compare import drawings, tables
from regiongate.control.sources import changes as source_changes
from regiongate.control.sources.ages import aged, alarms, recorded
from regiongate.control.sources.bring import How
from regiongate.domain.errors import CannotRun
from regiongate.domain.role import Act
from regiongate.server.agreed import Question, agreed
from regiongate.server.console.common import Known, TheHouse
from regiongate.server.entry.door import Door
from regiongate.server.entry.session import by_session
from regiongate.server.house import House
from regiongate.server.pages.render import render

door = Door(by_session, prefix="/console/sources", tags=["console"], include_in_schema=False)

_COUNTRIES = 30

SourceName = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]


@door.enter("GET", "", Act.READ)
def page(request: Request, house: TheHouse) -> Response:
    """Show the sources in force with their ages, and those of the store."""
    return render(request, "console/sources.html", **_known(house), update=None)


@door.enter("GET", "/agreement", Act.READ)
def agreement(request: Request, house: TheHouse) -> Response:
    """Compare the sources of the policy: it takes some seconds, once for each set of versions."""
    return render(request, "console/agreement.html", found=_agreed(house))


@door.enter("POST", "/{name}/update", Act.UPDATE_SOURCE)
def update(request: Request, house: TheHouse, caller: Known, name: SourceName) -> Response:
    """Fetch the newest version of a source of the store, as its recipe says."""
    store = house.catalogue.store
    if store is None or name not in store.names():
        raise CannotRun(f"{name} is not in the store of sources: regiongate geo add {name}")
    how = How(house.clock(), os.environ)
    found = source_changes.update(house.database, store, name, how, caller.person.name)
    return render(request, "console/sources.html", **_known(house), update=found)


def _known(house: House) -> dict[str, Any]:
    at, current = house.clock(), house.state.current()
    entries = [] if current is None else recorded(house.state.manifest(current))
    store = house.catalogue.store
    stored = {} if store is None else {name: house.catalogue.stored(name) for name in store.names()}
    return {
        "entries": [aged(entry, at) for entry in entries],
        "alarms": alarms(entries, at, house.catalogue),
        "stored": {name: one for name, one in stored.items() if one is not None},
        "current": current,
    }


@dataclass(frozen=True, slots=True)
class Agreed:
    """How far the sources agree: a map, and the tables behind it."""

    picture: Markup
    tables: tuple[tables.Table, ...]


def _agreed(house: House) -> Agreed:
    found = agreed(house, Question(house.policy().location.sources))
    # Drawn by us from region codes and counts; nothing in it comes from a client.
    picture = Markup(drawings.world_map(found, style=False))  # noqa: S704
    shown = (tables.sources(found), tables.pairs(found), tables.rules(found))
    return Agreed(picture, (*shown, tables.countries(found, _COUNTRIES)))
