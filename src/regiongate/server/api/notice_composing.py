"""`/api/v1/notices`: write the notices of an event by hand, or see beforehand what it comes to."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import sqlalchemy as sa
from fastapi import Query, Response
from pydantic import BaseModel, Field

from regiongate.control.notices import by_hand
from regiongate.control.notices.composed import Composed
from regiongate.control.notices.concerned import OCCASION, ByHand
from regiongate.control.notices.told import Told
from regiongate.domain.errors import CannotRun
from regiongate.domain.role import Act
from regiongate.notify.letter import Letter
from regiongate.server.api.answer import CHANGED, PROBLEMS, answer
from regiongate.server.api.body import Body
from regiongate.server.api.change import TheChange
from regiongate.server.api.endpoint import TheCaller, TheHouse, api_door
from regiongate.server.api.notices import LETTER, letter_answer
from regiongate.server.viewed import viewed

door = api_door("notices")

_SHOWN = 1000
"""So many ids and troubles are said; the counts are of all."""


class Composing(Body):
    """Of which event which cases are told."""

    event: ByHand = Field(description="What they are told of.", examples=["announcement"])
    occasion: str = Field(
        "", pattern=OCCASION, description="Which of several, such as `7d` of reminders."
    )
    cases: list[Annotated[int, Field(ge=1, le=10**18)]] = Field(
        default=[],
        max_length=_SHOWN,
        description="Numbers of cases; none: all that the event concerns.",
        examples=[[7, 12]],
    )


class Untold(BaseModel):
    """A case to which nothing can be written, and why."""

    case: int
    organization: str
    why: str


class Composition(BaseModel):
    """What composing came to: how many letters, in which languages, and to whom there is none."""

    cases: int = Field(description="How many cases were to be told.")
    before: int = Field(description="How many of them had been told already; nobody is twice.")
    letters: int = Field(description="How many letters were written.")
    languages: dict[str, int] = Field(
        description="How many of them are in which language.", examples=[{"en": 12, "zh": 3}]
    )
    notices: list[str] = Field(description=f"Their ids, the first {_SHOWN}.")
    untold: int = Field(description="To how many cases nothing can be written.")
    troubles: list[Untold] = Field(description=f"Which they are and why, the first {_SHOWN}.")
    why_none: str | None = Field(description="Why there is no letter at all; null: there is one.")
    kept: bool = Field(description="False where it was rehearsed with `dry_run`.")


@door.enter("POST", "", Act.NOTIFY, response_model=Composition, responses=CHANGED)
def compose(said: Composing, change: TheChange) -> Response:
    """Write the notices of an event, those that are not written yet; they wait to be sent."""
    house, told = change.house, Told(said.event, said.occasion)
    desk = house.desk()

    def work(connection: sa.Connection, at: datetime) -> Response:
        found = by_hand.compose(connection, desk, told, said.cases, person=change.person, at=at)
        return answer(_composition(found, kept=not change.dry_run))

    if not change.dry_run:
        return change.make(work)
    # Letters that are only looked at keep nobody from writing meanwhile.
    with house.reading() as connection:
        looked = by_hand.look(connection, desk, told, said.cases, at=house.clock())
    return answer(_composition(looked, kept=False))


@door.enter("GET", "/letter", Act.READ, responses=PROBLEMS | LETTER, response_class=Response)
def letter(
    house: TheHouse,
    caller: TheCaller,
    event: Annotated[ByHand, Query(description="What it tells of.", examples=["announcement"])],
    case: Annotated[int, Query(ge=1, le=10**18, description="A number.", examples=[7])],
    occasion: Annotated[str, Query(pattern=OCCASION, description="Which of several.")] = "",
) -> Response:
    """Hand out the letter that would be written to a case; that is written to the trail.

    It is not kept, and not sent. One that was written already is at its notice.
    """
    letters: list[Letter] = []
    desk, at = house.desk(), house.clock()
    with house.writing() as connection:
        found = by_hand.look(
            connection, desk, Told(event, occasion), [case], at=at, see=letters.append
        )
        if not letters:
            raise CannotRun("; ".join(one.why for one in found.troubles) or str(found.why_none))
        viewed(connection, caller, "notice", found.letters[0].organization, at)
    return letter_answer(letters[0].message)


def _composition(found: Composed, *, kept: bool) -> Composition:
    troubles = [
        Untold(case=one.case.number, organization=one.case.organization, why=one.why)
        for one in found.troubles[:_SHOWN]
    ]
    return Composition(
        cases=found.cases,
        before=found.before,
        letters=len(found.letters),
        languages=dict(found.languages),
        notices=found.ids[:_SHOWN],
        untold=len(found.troubles),
        troubles=troubles,
        why_none=found.why_none,
        kept=kept,
    )
