"""What every endpoint of the API has in common: its door, and the parameters that recur."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Path, Query, Request
from fastapi.routing import APIRoute
from pydantic import Field

from regiongate.domain.access import Caller
from regiongate.server.entry.door import Door
from regiongate.server.entry.token import BEARER, by_token, caller_of
from regiongate.server.house import House, house_of


async def _body(request: Request) -> bytes:
    return await request.body()


TheHouse = Annotated[House, Depends(house_of)]
TheCaller = Annotated[Caller, Depends(caller_of)]
TheBody = Annotated[bytes, Depends(_body)]
"""All that was sent, where it is no JSON."""

Number = Annotated[int, Path(ge=1, le=10**18, description="Its number.", examples=[7])]
Name = Annotated[
    str,
    Path(min_length=1, max_length=256, description="Its id, as lists say it.", examples=["e-4f1c"]),
]
Reason = Annotated[
    str,
    Field(
        max_length=1000,
        description="Why, in a line; it stands in the audit trail.",
        examples=["All traffic comes from Germany since May."],
    ),
]
Whole = Annotated[
    bool,
    Query(description="Mail addresses in full instead of masked; that is written to the trail."),
]


def api_door(noun: str) -> Door:
    """The door of the endpoints of one noun, at which a token is asked for."""
    return Door(
        by_token,
        prefix=f"/api/v1/{noun}",
        tags=[noun],
        dependencies=[Depends(BEARER)],
        generate_unique_id_function=_operation,
    )


def _operation(route: APIRoute) -> str:
    """A name that stays while the noun and the function keep theirs, wherever the path moves."""
    return f"{route.tags[0]}-{route.name.strip('_').replace('_', '-')}"
