"""Sources: how old each is, where they agree, and bringing a newer version."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Path, Request, Response
from markupsafe import Markup

from regiongate.control import fetch_source
from regiongate.control.ages import aged, alarms, recorded
from regiongate.control.bring_file import How
from regiongate.control.compare import drawings, tables
from regiongate.control.compare.compare import Wish, compare
from regiongate.control.compare.open_sources import open_sources
from regiongate.domain.audit import AuditEvent, Tag
from regiongate.domain.errors import CannotRun
from regiongate.domain.policy import Policy
from regiongate.domain.role import Act
from regiongate.server.console.common import Known, TheHouse
from regiongate.server.entry.door import Door
from regiongate.server.entry.session import by_session
from regiongate.server.house import House
from regiongate.server.pages.render import render
from regiongate.store.audit import AuditTrail

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
    found = fetch_source.update(store, name, How(house.clock(), os.environ))
    detail = {"source": name, "status": found.status}
    with house.writing() as connection:
        event = AuditEvent(house.clock(), caller.person.name, Tag.SOURCE_UPDATED, None, {**detail})
        AuditTrail(connection).write([event])
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


_KEPT: dict[tuple[object, ...], Agreed] = {}
"""The last comparison, by what it was made of: it takes seconds, and changes with its sources."""


def _agreed(house: House) -> Agreed:
    policy = house.policy()
    names = policy.location.sources
    digests = [house.catalogue.source(name).digest for name in names]
    key = (policy.name, policy.version, house.state.current(), house.clock().date(), *digests)
    if key not in _KEPT:
        _KEPT.clear()
        _KEPT[key] = _compared(names, policy, house)
    return _KEPT[key]


def _compared(names: Sequence[str], policy: Policy, house: House) -> Agreed:
    opened = open_sources(names, house.catalogue, lambda _: None)
    found = compare(opened, [], policy, Wish(house.clock())).found
    # Drawn by us from region codes and counts; nothing in it comes from a client.
    picture = Markup(drawings.world_map(found, style=False))  # noqa: S704
    shown = (tables.sources(found), tables.pairs(found), tables.rules(found))
    return Agreed(picture, (*shown, tables.countries(found, _COUNTRIES)))
