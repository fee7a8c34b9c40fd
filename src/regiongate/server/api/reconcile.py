"""`/api/v1/reconcile`: bring all cases to where the sightings, the policy and the date are."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import datetime

import sqlalchemy as sa
from fastapi import Response

from regiongate.control.reconcile.last import note_turn
from regiongate.control.reconcile.turn import Turned, turn
from regiongate.domain.role import Act
from regiongate.server.api.answer import CHANGED, answer
from regiongate.server.api.change import TheChange
from regiongate.server.api.endpoint import api_door

door = api_door("reconcile")


@door.enter("POST", "", Act.NOTIFY, response_model=Turned, responses=CHANGED)
def take(change: TheChange) -> Response:
    """Take a turn: it may be taken as often as one likes. The letters are sent by the mailer."""
    house = change.house

    taken: list[datetime] = []

    def work(connection: sa.Connection, at: datetime) -> Response:
        policy, tables, desk = house.policy(), house.tables(), house.desk()
        turned = turn(lambda: nullcontext(connection), policy, tables, desk, at)
        taken.append(at)
        return answer(turned)

    made = change.make(work)
    # Only a turn that is in the store was taken: not one that was rehearsed, undone, or answered
    # once more for its key.
    if taken and not change.dry_run:
        note_turn(house.state, taken[-1])
    return made
