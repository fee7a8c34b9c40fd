"""The announced measure: what happens when, which regions are supported, and what to do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import Depends, Request, Response

from regiongate.domain.measure import Phase
from regiongate.domain.region import is_subdivision
from regiongate.domain.supported_list import SupportedList
from regiongate.policyfile.iso import countries
from regiongate.server.entry.door import Anybody, Door
from regiongate.server.house import House, house_of
from regiongate.server.public.language import language_of
from regiongate.server.public.show import PREFIX, by_rate, show
from regiongate.server.public.sorry import PublicRoute
from regiongate.server.public.written import named

door = Door(by_rate, prefix=PREFIX, route_class=PublicRoute, include_in_schema=False)

_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class ListedChange:
    """From when on a region is supported, or is not any more."""

    at: datetime
    region: str
    supported: bool


@door.enter("GET", "/measure", Anybody.PUBLIC)
def measure(request: Request, house: Annotated[House, Depends(house_of)]) -> Response:
    """Show the measure, its phase now, and the list as it is now."""
    policy, at = house.policy(), house.clock()
    language = language_of(request)
    supported, parts = regions_of(policy.supported, at)
    others = [code for code in countries() if code not in supported]
    cases = policy.cases
    return show(
        request,
        house,
        "measure.html",
        policy=policy,
        phase=policy.measure.phase(at),
        dates=[
            (phase, policy.measure.start(phase)) for phase in Phase if phase is not Phase.OBSERVE
        ],
        supported=named(language, supported),
        unsupported=named(language, others),
        parts=parts,
        changes=changes_of(policy.supported, at),
        export_until=None if cases is None else cases.export_until,
    )


def regions_of(of: SupportedList, at: datetime) -> tuple[list[str], dict[str, bool]]:
    """The countries that are supported at an instant, and each part of one that the list names."""
    named_ones = _named(of)
    whole = dict.fromkeys([*countries(), *(one for one in named_ones if not is_subdivision(one))])
    supported = [code for code in whole if of.supports(code, at)[0]]
    parts = {code: of.supports(code, at)[0] for code in named_ones if is_subdivision(code)}
    return supported, parts


def changes_of(of: SupportedList, at: datetime) -> list[ListedChange]:
    """What the list says will change after an instant, in order of time."""
    dates = {date for change in of.changes for date in (change.start, change.end)}
    later = sorted(date for date in dates if date is not None and date > at)
    return [
        ListedChange(date, code, supported)
        for date in later
        for code in _named(of)
        if (supported := of.supports(code, date)[0]) != of.supports(code, date - _INSTANT)[0]
    ]


def _named(of: SupportedList) -> Iterable[str]:
    return sorted({*of.regions, *(change.region for change in of.changes)})
