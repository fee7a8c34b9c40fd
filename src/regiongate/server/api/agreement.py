"""`/api/v1/sources/agreement`: how far sources agree, also with one that is not in yet."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Query, Response

from regiongate.control.compare.compare import Comparison
from regiongate.control.compare.open_sources import open_sent
from regiongate.domain.role import Act
from regiongate.geo.compare.weights import Family
from regiongate.server.agreed import Question, agreed, agreed_with
from regiongate.server.api.answer import PROBLEMS, answer
from regiongate.server.api.endpoint import TheHouse, api_door
from regiongate.server.api.source_upload import CALLED, UPLOAD, TheContent, kept_for_now

door = api_door("sources")

_MOST = 10


def _question(
    house: TheHouse,
    source: Annotated[
        list[str] | None,
        Query(
            max_length=_MOST,
            description="Names of sources of regions; none: those of the policy in force.",
            examples=[["iptoasn", "geo-whois"]],
        ),
    ] = None,
    reference: Annotated[
        list[str] | None,
        Query(
            max_length=_MOST,
            description="Names of sources that take no part in the rules and judge them.",
        ),
    ] = None,
    family: Annotated[Family, Query(description="Which addresses to look at.")] = "both",
    top: Annotated[
        int,
        Query(ge=1, le=100, description="So many disagreements of two sources are listed."),
    ] = 10,
    judged: Annotated[
        bool, Query(description="On the verdicts of the policy in force, too.")
    ] = True,
) -> Question:
    names = source or house.policy().location.sources
    return Question(tuple(names), tuple(reference or ()), family, top, judged)


TheQuestion = Annotated[Question, Depends(_question)]


@door.enter("GET", "/agreement", Act.READ, response_model=Comparison, responses=PROBLEMS)
def compare(house: TheHouse, asked: TheQuestion) -> Response:
    """Say how far sources agree: it takes some seconds, once for each set of versions and day.

    Addresses are counted, of IPv6 networks of 48 bits.
    """
    return answer(agreed(house, asked))


# It changes nothing; it is a POST because a file does not fit into an address.
@door.enter(
    "POST",
    "/agreement",
    Act.READ,
    response_model=Comparison,
    responses=PROBLEMS,
    openapi_extra=UPLOAD,
)
def compare_sent(content: TheContent, house: TheHouse, asked: TheQuestion) -> Response:
    """Say how far a file agrees with sources that are here; nothing of it is kept.

    It is called `upload`, and need not say when its data was made.
    """
    with kept_for_now(content) as file:
        return answer(agreed_with(house, asked, lambda: open_sent(file, CALLED, asked.names)))
