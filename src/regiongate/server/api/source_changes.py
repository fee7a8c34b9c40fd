"""`/api/v1/sources`: which sources this machine has: add, bring a version, go back, remove.

A running gateway keeps what it was given: what is changed here counts with the next publish.
"""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa
from fastapi import Response

from regiongate.control.sources import changes as source_changes
from regiongate.control.sources.fetch import Update
from regiongate.domain.policy import Policy
from regiongate.domain.role import Act
from regiongate.geo.store.catalogue import BUNDLED
from regiongate.server.api.answer import CHANGED, answer, require_version
from regiongate.server.api.change import Change, TheChange
from regiongate.server.api.endpoint import api_door
from regiongate.server.api.source_record import BackRecord, RemovedRecord
from regiongate.server.api.source_upload import (
    UPLOAD,
    UPLOAD_OR_NONE,
    TheContent,
    TheRecipe,
    TheTaken,
    kept_for_now,
)
from regiongate.server.api.sources import SourceName, require_stored, store_of, stored
from regiongate.server.house import House
from regiongate.server.problem import Refused

door = api_door("sources")

_REFUSED = {200: {"description": "It was refused; `objections` say why.", "model": Update}}


@door.enter(
    "POST",
    "",
    Act.MANAGE_SOURCES,
    response_model=Update,
    status_code=201,
    responses=CHANGED | _REFUSED,
    openapi_extra=UPLOAD_OR_NONE,
)
def add(content: TheContent, recipe: TheRecipe, taken: TheTaken, change: TheChange) -> Response:
    """Add a source: the file that is sent, or with `vendor` what a known maker offers.

    What looks wrong is refused unless `accept_change` says so.
    """
    house, store = change.house, store_of(change.house)
    if content and recipe.vendor is not None:
        raise Refused(422, "invalid", "send a file or name a vendor, not both")
    if taken.dated_by_fetch:
        recipe = replace(recipe, dated="fetched")

    def work(at: datetime) -> Response:
        sent = nullcontext(None) if recipe.vendor is not None else kept_for_now(content)
        with sent as file:
            how = taken.how(at, file, dry_run=change.dry_run)
            done = source_changes.add(house.database, store, recipe, how, change.person)
        return answer(done, 200 if done.status == "refused" else 201)

    return change.make_outside(work)


@door.enter(
    "POST",
    "/{name}/versions",
    Act.MANAGE_SOURCES,
    response_model=Update,
    responses=CHANGED,
    openapi_extra=UPLOAD,
)
def bring(name: SourceName, content: TheContent, taken: TheTaken, change: TheChange) -> Response:
    """Bring the newest version of a source of the store: the file that is sent.

    It must pass what a version that is fetched must; the one before is kept to go back to.
    """
    house, store = change.house, store_of(change.house)

    def work(at: datetime) -> Response:
        with kept_for_now(content) as file:
            how = taken.how(at, file, dry_run=change.dry_run)
            return answer(source_changes.update(house.database, store, name, how, change.person))

    return change.make_outside(work, lambda: require_version(change.if_match, stored(house, name)))


@door.enter(
    "POST",
    "/{name}/rollback",
    Act.MANAGE_SOURCES,
    response_model=BackRecord,
    responses=CHANGED,
)
def roll_back(name: SourceName, change: TheChange) -> Response:
    """Go back to the version before; the one that is left is not taken again by an update."""

    def work(connection: sa.Connection, at: datetime) -> Response:
        require_version(change.if_match, stored(change.house, name))
        back = source_changes.roll_back(
            connection,
            store_of(change.house),
            name,
            person=change.person,
            at=at,
            dry_run=change.dry_run,
        )
        return answer(BackRecord(name=name, version=back.about, was_left=back.was_left))

    return change.make(work)


@door.enter(
    "DELETE", "/{name}", Act.MANAGE_SOURCES, response_model=RemovedRecord, responses=CHANGED
)
def remove(name: SourceName, change: TheChange) -> Response:
    """Remove a source and all its versions; not while the policy in force names it."""

    def work(connection: sa.Connection, at: datetime) -> Response:
        _require_seen(change, name)
        source_changes.remove(
            connection,
            store_of(change.house),
            name,
            _policy(change.house),
            person=change.person,
            at=at,
            dry_run=change.dry_run,
        )
        return answer(RemovedRecord(name=name, bundled_counts=name in BUNDLED.names()))

    return change.make(work)


def _require_seen(change: Change, name: str) -> None:
    """A damaged source has no version, and to remove it is the remedy: `If-Match: *` does."""
    require_stored(change.house, name)
    said = change.if_match
    if said is None or said.strip() != "*":
        require_version(said, None if said is None else stored(change.house, name))


def _policy(house: House) -> Policy | None:
    """The policy in force; None where there is none yet."""
    if house.settings.policy is None and house.state.current() is None:
        return None
    return house.policy()
