"""The policy: what is in force, drafts of the next, and what each would change."""

from __future__ import annotations

from typing import Annotated

from fastapi import Form, Request, Response
from fastapi.responses import RedirectResponse

from regiongate.control.policies.look import look, look_back
from regiongate.control.policies.propose import propose, withdraw
from regiongate.control.policies.put_in_force import put_in_force, roll_back
from regiongate.control.policies.written import LONGEST, in_force
from regiongate.control.sources.ages import recorded
from regiongate.domain.draft import DraftState
from regiongate.domain.errors import ProblemsFound
from regiongate.domain.role import Act
from regiongate.policyfile.show import overview
from regiongate.server.console.common import Confirmed, Known, Number, Reason, TheHouse
from regiongate.server.entry.door import Door
from regiongate.server.entry.session import by_session
from regiongate.server.house import House
from regiongate.server.pages.render import render
from regiongate.server.problem import Refused
from regiongate.store.drafts import Drafts

door = Door(by_session, prefix="/console/policy", tags=["console"], include_in_schema=False)

Text = Annotated[str, Form(max_length=LONGEST)]

_SHOWN = 20


@door.enter("GET", "", Act.READ)
def page(request: Request, house: TheHouse) -> Response:
    """Show the policy in force, the drafts, and the generations that one can go back to."""
    with house.reading() as connection:
        drafts = Drafts(connection).latest(_SHOWN)
    policy = house.policy()
    return render(
        request,
        "console/policy.html",
        shown=overview(policy, house.clock()),
        zone=policy.measure.time_zone,
        text=in_force(house.state),
        drafts=drafts,
        current=house.state.current(),
        generations=house.state.generations(),
    )


def _differing(house: House, generation: str) -> list[str]:
    """The sources of which a generation was drawn from another version than what is in force."""
    now, then = (
        {str(one["name"]): one["version"] for one in recorded(house.state.manifest(which))}
        for which in (str(house.state.current()), generation)
    )
    return sorted(name for name in now.keys() | then.keys() if now.get(name) != then.get(name))


@door.enter("GET", "/new", Act.PROPOSE_POLICY)
def new(request: Request, house: TheHouse) -> Response:
    """Show the form of a draft, which begins with the policy in force."""
    return render(
        request, "console/policy_new.html", text=in_force(house.state) or "", found=None, reason=""
    )


@door.enter("POST", "/new", Act.PROPOSE_POLICY)
def write(
    request: Request,
    house: TheHouse,
    caller: Known,
    text: Text,
    reason: Reason = "",
    confirmed: Confirmed = False,
) -> Response:
    """Look at a draft: problems beside its lines, tests, and what it would change; then keep it."""
    text = text.replace("\r\n", "\n")
    if confirmed:
        person = caller.person.name
        try:
            with house.writing() as connection:
                draft = propose(
                    connection,
                    text,
                    house.state,
                    house.catalogue,
                    person=person,
                    reason=reason,
                    at=house.clock(),
                )
            return RedirectResponse(f"/console/policy/drafts/{draft.number}", 303)
        except ProblemsFound:
            pass  # The look below shows each of them at its line.
    with house.reading() as connection:
        found = look(text, house.state, house.catalogue, house.clock(), connection)
    return render(request, "console/policy_new.html", text=text, found=found, reason=reason)


@door.enter("GET", "/drafts/{number}", Act.READ)
def draft(request: Request, number: Number, house: TheHouse) -> Response:
    """Show a draft, and what it would change against what is in force now."""
    with house.reading() as connection:
        kept = Drafts(connection).get(number)
        if kept is None:
            raise Refused(404, "not-found", f"there is no draft {number}")
        found = None
        if kept.state is DraftState.PROPOSED:
            found = look(kept.text, house.state, house.catalogue, house.clock(), connection)
    return render(request, "console/policy_draft.html", draft=kept, found=found)


@door.enter("POST", "/drafts/{number}/publish", Act.PUBLISH_POLICY)
def publish(number: Number, house: TheHouse, caller: Known) -> Response:
    """Put a draft in force that somebody else wrote."""
    put_in_force(
        house.state,
        house.database,
        house.catalogue,
        number,
        person=caller.person.name,
        at=house.clock(),
    )
    return RedirectResponse("/console/policy", 303)


@door.enter("POST", "/drafts/{number}/withdraw", Act.PROPOSE_POLICY)
def take_back(number: Number, house: TheHouse, caller: Known) -> Response:
    """Withdraw a draft."""
    with house.writing() as connection:
        withdraw(connection, number, person=caller.person.name, at=house.clock())
    return RedirectResponse("/console/policy", 303)


@door.enter("POST", "/back-to", Act.PUBLISH_POLICY)
def back_to(
    request: Request,
    house: TheHouse,
    caller: Known,
    generation: Annotated[str, Form(max_length=40)],
    reason: Reason,
    current: Annotated[str, Form(max_length=40)] = "",
    confirmed: Confirmed = False,
) -> Response:
    """Show what going back would change; once that is confirmed, put it in force once more."""
    now = house.state.current()
    if not confirmed:
        with house.reading() as connection:
            brought = look_back(house.state, house.catalogue, generation, house.clock(), connection)
        return render(
            request,
            "console/policy_back.html",
            generation=generation,
            current=now,
            reason=reason,
            brought=brought,
            differ=_differing(house, generation),
        )
    if current != now:
        raise Refused(
            412, "changed", f"{now} is in force by now, and not {current}: look at it again"
        )
    roll_back(
        house.state,
        house.database,
        generation,
        person=caller.person.name,
        reason=reason,
        at=house.clock(),
    )
    return RedirectResponse("/console/policy", 303)
