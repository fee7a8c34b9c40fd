"""Alternatives: who serves the reader's region, and on what terms."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Query, Request, Response

from regiongate.control.switch.plan import alternatives as serving
from regiongate.domain.offer import Kind
from regiongate.domain.place import locate
from regiongate.policyfile.iso import name_of
from regiongate.server.entry.client import client_of
from regiongate.server.entry.door import Anybody, Door
from regiongate.server.ground import ground_of
from regiongate.server.house import House, house_of
from regiongate.server.problem import Refused
from regiongate.server.public.language import language_of
from regiongate.server.public.show import PREFIX, by_rate, show
from regiongate.server.public.sorry import PublicRoute
from regiongate.server.public.written import named

door = Door(by_rate, prefix=PREFIX, route_class=PublicRoute, include_in_schema=False)

TheHouse = Annotated[House, Depends(house_of)]


@door.enter("GET", "/alternatives", Anybody.PUBLIC)
def alternatives(
    request: Request, house: TheHouse, region: Annotated[str, Query()] = ""
) -> Response:
    """Show the offers that can be taken up in a region: the one named, else where the reader is."""
    if region and name_of(region) is None:
        raise Refused(404, "not-found", f"there is no region {region!r}")
    at = house.clock()
    known = house.offers()
    of = region or _region_of(request, house)
    standing = [offer for offer in known.each if offer.stands(at)]
    choices = {code for offer in standing for code in offer.regions or ()} | ({of} if of else set())
    return show(
        request,
        house,
        "alternatives.html",
        region=of,
        asked=bool(region),
        choices=named(language_of(request), choices),
        found=serving(known, of, at) if of else [],
        history=[offer for offer in known.each if offer.kind is Kind.HISTORY],
    )


def _region_of(request: Request, house: House) -> str | None:
    ground = ground_of(house, client_of(request, house))
    return locate(ground.policy, ground.place, house.clock()).region
