"""`/api/v1/policy`: what is in force, drafts of the next, and what each would change."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from fastapi import Response
from pydantic import Field

from regiongate.control.policies.look import look
from regiongate.control.policies.propose import propose, withdraw
from regiongate.control.policies.put_in_force import put_in_force, roll_back
from regiongate.control.policies.written import LONGEST, in_force
from regiongate.domain.draft import Draft
from regiongate.domain.role import Act
from regiongate.gateway.swap import Swapped
from regiongate.policyfile.show import overview
from regiongate.server.api.answer import CHANGED, PROBLEMS, answer, require_version, version
from regiongate.server.api.body import Body
from regiongate.server.api.change import TheChange
from regiongate.server.api.endpoint import Number, Reason, TheHouse, api_door
from regiongate.server.api.listing import Listing, TheAsked, listing
from regiongate.server.api.policy_record import InForce, LookRecord, look_record
from regiongate.server.problem import Refused
from regiongate.store.drafts import Drafts

door = api_door("policy")


class Text(Body):
    """A policy file."""

    text: str = Field(max_length=LONGEST, description="The file, as YAML.")


class NewDraft(Text):
    """A policy that somebody else is to publish, and why."""

    reason: Reason = Field(examples=["Brazil is supported from August on."])


class Back(Body):
    """Which generation is to be in force once more, and why."""

    generation: str = Field(max_length=40)
    reason: Reason = Field(examples=["The new list lacks Norway."])


@door.enter("GET", "", Act.READ, response_model=InForce, responses=PROBLEMS)
def show(house: TheHouse) -> Response:
    """Show the measure: the policy in force, its phase and dates, and its regions."""
    state = house.state
    return answer(
        InForce(
            overview=overview(house.policy(), house.clock()),
            text=in_force(state),
            generation=state.current(),
            generations=list(state.generations()),
        )
    )


# It changes nothing; it is a POST because a policy does not fit into an address.
@door.enter("POST", "/look", Act.READ, response_model=LookRecord, responses=PROBLEMS)
def look_at(said: Text, house: TheHouse) -> Response:
    """Check a text, run its tests, and compare it with the policy in force; nothing is kept."""
    with house.reading() as connection:
        found = look(said.text, house.state, house.catalogue, house.clock(), connection)
    return answer(look_record(found))


@door.enter("GET", "/drafts", Act.READ, response_model=Listing[Draft], responses=PROBLEMS)
def drafts(house: TheHouse, asked: TheAsked) -> Response:
    """List the drafts, the newest first."""
    with house.reading() as connection:
        return listing(asked, Drafts(connection).page)


@door.enter("GET", "/drafts/{number}", Act.READ, response_model=Draft, responses=PROBLEMS)
def draft(number: Number, house: TheHouse) -> Response:
    """Show a draft."""
    with house.reading() as connection:
        return _said(_required(connection, number))


@door.enter(
    "POST",
    "/drafts",
    Act.PROPOSE_POLICY,
    response_model=Draft,
    status_code=201,
    responses=CHANGED,
)
def write(said: NewDraft, change: TheChange) -> Response:
    """Propose a policy, for somebody else to publish."""

    def work(connection: sa.Connection, at: datetime) -> Response:
        house = change.house
        made = propose(
            connection,
            said.text,
            house.state,
            house.catalogue,
            person=change.person,
            reason=said.reason,
            at=at,
        )
        return _said(made, 201)

    return change.make(work)


@door.enter(
    "POST",
    "/drafts/{number}/withdraw",
    Act.PROPOSE_POLICY,
    response_model=Draft,
    responses=CHANGED,
)
def take_back(number: Number, change: TheChange) -> Response:
    """Withdraw a draft, whoever wrote it."""

    def work(connection: sa.Connection, at: datetime) -> Response:
        require_version(change.if_match, _required(connection, number))
        return _said(withdraw(connection, number, person=change.person, at=at))

    return change.make(work)


@door.enter(
    "POST", "/drafts/{number}/publish", Act.PUBLISH_POLICY, response_model=Draft, responses=CHANGED
)
def publish(number: Number, change: TheChange) -> Response:
    """Put a draft in force that somebody else wrote; it is in force at the gateway afterwards."""
    change.refuse_rehearsal("send its text to /api/v1/policy/look")
    house = change.house

    def require() -> None:
        with house.reading() as connection:
            require_version(change.if_match, _required(connection, number))

    def work(at: datetime) -> Response:
        return _said(
            put_in_force(
                house.state, house.database, house.catalogue, number, person=change.person, at=at
            )
        )

    return change.make_outside(work, require)


@door.enter("POST", "/back-to", Act.PUBLISH_POLICY, response_model=Swapped, responses=CHANGED)
def back_to(said: Back, change: TheChange) -> Response:
    """Put an older generation in force once more; one person suffices for that."""
    change.refuse_rehearsal("the generation is as it was when it was in force")
    house = change.house

    def work(at: datetime) -> Response:
        return answer(
            roll_back(
                house.state,
                house.database,
                said.generation,
                person=change.person,
                reason=said.reason,
                at=at,
            )
        )

    return change.make_outside(work)


def _required(connection: sa.Connection, number: int) -> Draft:
    found = Drafts(connection).get(number)
    if found is None:
        raise Refused(404, "not-found", f"there is no draft {number}")
    return found


def _said(one: Draft, status: int = 200) -> Response:
    return answer(one, status, {"etag": version(one)})
