"""`/api/v1/offers`: what other vendors offer, and whether a file of offers is right."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import Query, Response
from pydantic import Field

from regiongate.domain.offer import Offer
from regiongate.domain.role import Act
from regiongate.offers import problems_of
from regiongate.offers.record import record
from regiongate.policyfile.iso import mistake
from regiongate.policyfile.parse import MAX_BYTES
from regiongate.server.api.answer import PROBLEMS, answer
from regiongate.server.api.body import Body
from regiongate.server.api.endpoint import Name, TheHouse, api_door
from regiongate.server.api.offers_record import Checked, StandingOffer
from regiongate.server.problem import Refused

door = api_door("offers")

_FILE = "offers.yaml"
"""What problems call a text that is no file here."""


class OffersText(Body):
    """An offers file."""

    text: str = Field(max_length=MAX_BYTES, description="The file, as YAML.")


@door.enter("GET", "", Act.READ, response_model=list[StandingOffer], responses=PROBLEMS)
def list_(
    house: TheHouse,
    region: Annotated[
        str | None,
        Query(max_length=10, description="Only those that serve this region.", examples=["CN"]),
    ] = None,
) -> Response:
    """List the offers that this server was started with, or else those of June 2024."""
    wrong = None if region is None else mistake(region)
    if wrong is not None:
        raise Refused(422, "invalid", f"{region} {wrong[0]}: {wrong[1]}")
    at = house.clock()
    found = [one for one in house.offers().each if region is None or one.serves(region)]
    return answer([_said(one, at) for one in found])


@door.enter("GET", "/{name}", Act.READ, response_model=StandingOffer, responses=PROBLEMS)
def show(name: Name, house: TheHouse) -> Response:
    """Show an offer: all that its source says, and as null what it does not."""
    found = house.offers().named(name)
    if found is None:
        raise Refused(404, "not-found", f"there is no offer {name!r}")
    return answer(_said(found, house.clock()))


# It changes nothing; it is a POST because a file does not fit into an address.
@door.enter("POST", "/check", Act.READ, response_model=Checked, responses=PROBLEMS)
def check(said: OffersText) -> Response:
    """Name every mistake of a text as an offers file; nothing is kept."""
    return answer(Checked(problems=problems_of(said.text, _FILE)))


def _said(one: Offer, at: datetime) -> dict[str, Any]:
    return {**record(one), "stands": one.stands(at)}
