"""`/api/v1/explain`: why an address, or one request, gets what it gets."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Path, Query, Response

from regiongate.control.explain import by_request
from regiongate.domain.role import Act
from regiongate.server.api.answer import PROBLEMS, answer
from regiongate.server.api.endpoint import TheCaller, TheHouse, api_door
from regiongate.server.explained import explained
from regiongate.server.problem import Refused
from regiongate.server.viewed import viewed

door = api_door("explain")


@door.enter("GET", "/address", Act.READ, response_model=dict[str, Any], responses=PROBLEMS)
def address(
    house: TheHouse,
    address: Annotated[
        str, Query(max_length=50, description="IPv4 or IPv6.", examples=["198.51.100.7"])
    ],
    organization: Annotated[
        str | None, Query(max_length=256, description="Ask for this organization.")
    ] = None,
    path: Annotated[
        str | None, Query(max_length=300, description="Ask for this path.", examples=["/v1/chat"])
    ] = None,
) -> Response:
    """Explain the verdict on an address by the policy in force: docs/explain.md has the fields."""
    if "." not in address and ":" not in address:
        raise Refused(422, "invalid", f"{address!r} is no address")
    return answer(explained(house, address, organization, path))


@door.enter("GET", "/requests/{id}", Act.READ, response_model=dict[str, Any], responses=PROBLEMS)
def request(
    house: TheHouse,
    caller: TheCaller,
    id: Annotated[str, Path(max_length=100, description="Its `x-request-id`.")],
) -> Response:
    """Explain one request of the log by the generation that decided it; the trail says so."""
    found = by_request(id, house.state.access_log, house.state.bundles)
    with house.writing() as connection:
        viewed(connection, caller, "request", found["organization"], house.clock())
    return answer(found)
