"""`/api/v1/notices/send`: hand what waits to the relay, a piece at a time."""

from __future__ import annotations

from datetime import datetime

from fastapi import Response
from pydantic import BaseModel, Field

from regiongate.control.notices.outlook import Due, outlook
from regiongate.control.notices.post import Most, Piece
from regiongate.control.notices.unaccepted import Unaccepted
from regiongate.domain.role import Act
from regiongate.notify.delivery.outcome import Fate
from regiongate.server.api.answer import CHANGED, answer
from regiongate.server.api.body import Body
from regiongate.server.api.change import TheChange
from regiongate.server.api.endpoint import api_door
from regiongate.server.house import House

door = api_door("notices")


class Sending(Body):
    """How much is sent at once."""

    letters: int = Field(100, ge=1, le=1000, description="At most so many letters.")
    seconds: int = Field(
        20, ge=1, le=60, description="No letter is begun after so many; the last one is ended."
    )


class PieceRecord(BaseModel):
    """What became of a piece, and what is left: send again until nothing is due."""

    fates: dict[Fate, int] = Field(
        description="How many attempts came to what.", examples=[{"accepted": 98, "not-sent": 2}]
    )
    unaccepted: list[Unaccepted] = Field(
        description="What the relay said of each that it did not accept; addresses are masked."
    )
    recovered: int = Field(description="Claims of workers that are gone, which were settled.")
    cancelled: int = Field(description="Not sent, because the date that they tell of came first.")
    due: int = Field(description="How many are due now.")
    due_by: list[Due] = Field(description="The same, by event and language.")
    waiting: int = Field(description="How many wait, those included that are due later.")
    kept: bool = Field(description="False where it was rehearsed with `dry_run`.")


@door.enter("POST", "/send", Act.NOTIFY, response_model=PieceRecord, responses=CHANGED)
def send(said: Sending, change: TheChange) -> Response:
    """Send a piece of what is due, where the server was started with a relay.

    A rehearsal says what is due, and how many would be cancelled.
    """
    house = change.house
    post = house.require_post()
    if not change.dry_run:
        post.require_free()  # So that whoever comes too early has not used their key up.
    most = Most(said.letters, said.seconds)

    def work(at: datetime) -> Response:
        if change.dry_run:
            with house.reading() as connection:
                late = outlook(connection, at).late
            return answer(_record(house, Piece({}, (), 0, late), kept=False))
        piece = post.send(house.database, change.person, house.clock, most)
        return answer(_record(house, piece, kept=True))

    return change.make_outside(work)


def _record(house: House, piece: Piece, *, kept: bool) -> PieceRecord:
    with house.reading() as connection:
        left = outlook(connection, house.clock())
    return PieceRecord(
        fates=dict(piece.fates),
        unaccepted=list(piece.unaccepted),
        recovered=piece.recovered,
        cancelled=piece.cancelled,
        due=left.letters,
        due_by=list(left.due),
        waiting=left.waiting,
        kept=kept,
    )
