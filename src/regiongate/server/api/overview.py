"""`/api/v1/overview`: the state of the measure in a few numbers."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated

from fastapi import Query, Response
from pydantic import BaseModel, Field

from regiongate.control.overview import (
    Attention,
    Counts,
    attention,
    cases_by_state,
    notices_by_state,
    traffic_by_day,
    traffic_by_region,
)
from regiongate.domain.case import CaseState
from regiongate.domain.role import Act
from regiongate.server.api.answer import PROBLEMS, answer
from regiongate.server.api.endpoint import TheHouse, api_door
from regiongate.store.notices import NoticeState

door = api_door("overview")

_SOON = timedelta(days=14)


class OfRegion(BaseModel):
    """The requests from a region; null: no source knows from where."""

    region: str | None
    counts: Counts


class OfDay(BaseModel):
    """The requests of a day (UTC)."""

    day: date
    counts: Counts


class OverviewRecord(BaseModel):
    """Cases and notices by state, what waits for a person, and what was seen."""

    cases: dict[CaseState, int]
    notices: dict[NoticeState, int]
    waiting: Attention = Field(description="What waits; an exemption ends soon within 14 days.")
    regions: list[OfRegion]
    days: list[OfDay]


@door.enter("GET", "", Act.READ, response_model=OverviewRecord, responses=PROBLEMS)
def show(
    house: TheHouse,
    days: Annotated[
        int, Query(ge=1, le=400, description="So many days of sightings.", examples=[30])
    ] = 30,
) -> Response:
    """Show the state of the measure, and the sightings of the last days."""
    at = house.clock()
    since, until = at.date() - timedelta(days=days - 1), at.date()
    with house.reading() as connection:
        regions = traffic_by_region(connection, since, until)
        by_day = traffic_by_day(connection, since, until)
        found = OverviewRecord(
            cases=cases_by_state(connection),
            notices=notices_by_state(connection),
            waiting=attention(connection, at, at + _SOON),
            regions=[OfRegion(region=region, counts=one) for region, one in regions.items()],
            days=[OfDay(day=day, counts=one) for day, one in by_day],
        )
    return answer(found)
