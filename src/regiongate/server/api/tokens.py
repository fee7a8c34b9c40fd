"""`/api/v1/tokens`: with which programs ask in a person's name."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from fastapi import Response
from pydantic import AwareDatetime, BaseModel, Field

from regiongate.control.access import tokens
from regiongate.domain.access import Forbidden, covers
from regiongate.domain.role import Act, Role
from regiongate.server.api.answer import CHANGED, PROBLEMS, answer
from regiongate.server.api.body import Body
from regiongate.server.api.change import TheChange
from regiongate.server.api.endpoint import Name, TheCaller, TheHouse, api_door
from regiongate.server.api.listing import Listing, TheAsked, listing
from regiongate.server.entry.door import Anybody
from regiongate.server.problem import Refused
from regiongate.store.tokens import Token

door = api_door("tokens")


class NewToken(Body):
    """A token to issue to whoever asks."""

    name: str = Field(max_length=tokens.LONGEST_NAME, examples=["nightly export"])
    role: Role = Field(description="What it allows at most: no more than this access allows.")
    until: AwareDatetime = Field(examples=["2026-12-31T00:00:00Z"])


class IssuedToken(BaseModel):
    """A new token. The secret is said here once, and kept nowhere."""

    token: Token
    secret: str = Field(examples=["rg_…"])


@door.enter("GET", "", Anybody.KNOWN, response_model=Listing[Token], responses=PROBLEMS)
def list_(house: TheHouse, caller: TheCaller, asked: TheAsked) -> Response:
    """List one's own tokens, the newest first; who may manage tokens sees those of all."""
    person, of_others = caller.person.name, caller.may(Act.MANAGE_TOKENS)
    with house.reading() as connection:
        return listing(
            asked, lambda page: tokens.token_page(connection, person, page, of_others=of_others)
        )


@door.enter(
    "POST", "", Anybody.KNOWN, response_model=IssuedToken, status_code=201, responses=CHANGED
)
def issue(said: NewToken, change: TheChange) -> Response:
    """Issue a token to oneself. It takes no `Idempotency-Key`: its answer can be kept nowhere."""
    if change.key is not None:
        raise Refused(
            422,
            "invalid",
            "leave out the Idempotency-Key: a secret is kept nowhere, so it is"
            " said once; revoke a token whose answer was lost",
        )
    # A small token that could issue a large one would be a large one.
    if not covers(change.caller.role, said.role):
        raise Forbidden(f"this access is {change.caller.role}, which does not cover {said.role}")

    def work(connection: sa.Connection, at: datetime) -> Response:
        made = tokens.issue(connection, change.person, said.name, said.role, said.until, at)
        return answer(
            IssuedToken(token=made.token, secret=made.secret), 201, {"cache-control": "no-store"}
        )

    return change.make(work)


@door.enter("DELETE", "/{name}", Anybody.KNOWN, response_model=Token, responses=CHANGED)
def revoke(name: Name, change: TheChange) -> Response:
    """Revoke a token: one's own, or anybody's for who may manage tokens."""

    def work(connection: sa.Connection, at: datetime) -> Response:
        seen = {one.id: one for one in tokens.tokens(connection, change.person)}
        found = seen.get(name)
        mine = found is not None and found.person == change.person
        if not mine and (found is None or not change.caller.may(Act.MANAGE_TOKENS)):
            raise Refused(404, "not-found", f"there is no token {name!r} of yours")
        return answer(tokens.revoke(connection, name, change.person, at))

    return change.make(work)
