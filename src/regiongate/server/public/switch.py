"""The plan of one organization behind its link, and the claim codes that its offers ask for."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import Depends, Query, Request, Response

from regiongate.control.incentive.issue import Given, Wanted, code_for_link
from regiongate.control.links.token import BadLink
from regiongate.control.switch.html import body
from regiongate.control.switch.link import read_plan_link
from regiongate.control.switch.plan import Plan, plan
from regiongate.control.switch.words import blocks
from regiongate.domain.errors import CannotRun
from regiongate.domain.offer import Offer
from regiongate.server.claims import signer_of
from regiongate.server.entry.door import Anybody, Door
from regiongate.server.house import House, house_of
from regiongate.server.problem import Refused
from regiongate.server.public.link import opened_link
from regiongate.server.public.show import PREFIX, by_rate, show
from regiongate.server.public.sorry import PublicRoute

door = Door(by_rate, prefix=PREFIX, route_class=PublicRoute, include_in_schema=False)

TheHouse = Annotated[House, Depends(house_of)]
Token = Annotated[str, Query()]

_DAY = timedelta(days=1)


@door.enter("GET", "/switch", Anybody.PUBLIC)
def switch(request: Request, house: TheHouse, token: Token = "") -> Response:
    """Show the plan of the organization whose link it is, and for which offers it needs a code."""
    made = _plan(request, house, token)
    # The page has its own heading, and the rest is the plan as it is handed over.
    text = body(blocks(made)[1:])
    issues = house.settings.claim_issuer is not None
    asking = [one.offer for one in made.alternatives if one.asks_for_code]
    return show(
        request,
        house,
        "switch.html",
        token=token,
        plan=made,
        text=text,
        asking=asking,
        issues=issues,
    )


# A POST, because the first time it issues a code; asked again it gives the same one.
@door.enter("POST", "/switch", Anybody.PUBLIC)
def give_code(
    request: Request,
    house: TheHouse,
    token: Token = "",
    offer: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    """Give whoever has the link the claim code for one offer of the plan, or say that it cannot."""
    wanted = _asking(_plan(request, house, token), offer)
    signer, at = signer_of(house), house.clock()
    try:
        with house.writing() as connection:
            given = code_for_link(connection, token, house.secret, signer, Wanted(offer, at))
    except BadLink:
        raise
    except CannotRun:
        return _shown(request, house, token, wanted, None)
    return _shown(request, house, token, wanted, given)


def _plan(request: Request, house: House, token: str) -> Plan:
    link = opened_link(request, house, token, read_plan_link)
    with house.reading() as connection:
        return plan(connection, link.organization, house.offers(), house.policy(), house.clock())


def _asking(made: Plan, name: str) -> Offer:
    """The offer of a plan that asks for a code. Raises Refused for any other name."""
    for one in made.alternatives:
        if one.asks_for_code and one.offer.name == name:
            return one.offer
    raise Refused(404, "not-found", "this plan has no such offer that asks for a claim code")


def _shown(
    request: Request, house: House, token: str, offer: Offer, given: Given | None
) -> Response:
    last = None if given is None else given.issued.code.expires - _DAY
    status = 409 if given is None else 200
    return show(
        request,
        house,
        "switch_code.html",
        status,
        token=token,
        offer=offer,
        code=None if given is None else given.text,
        last=last,
    )
