"""Cases of organizations that have the link of a notice."""

from __future__ import annotations

from datetime import timedelta

from regiongate.control.links.appeal import appeal_link
from regiongate.control.switch.link import plan_link
from regiongate.domain.case import Case, Step
from regiongate.domain.contact import Contact
from regiongate.domain.profile import Profile, ProfileContact
from regiongate.server.house import House
from regiongate.store.cases import Cases
from regiongate.store.organizations import Organizations
from tests.support.desks import opened
from tests.support.house import WARN

SITE = "https://x.example/region-access"


def restricted(house: House, organization: str, name: str = "Acme Ltd") -> Case:
    """The restricted case of an organization of which calls from China were seen today."""
    contact = ProfileContact(Contact("it@acme.example", "en"), verified=True)
    with house.writing() as connection:
        Organizations(connection).put([Profile(organization, name, None, (contact,))], WARN)
    [case] = opened(house.database, organization, at=house.clock())
    return step(house, case, Step.RESTRICT)


def step(house: House, case: Case, move: Step) -> Case:
    """The case after one step."""
    with house.writing() as connection:
        return Cases(connection).take(case, move, house.clock(), "otto", f"to {move}")


def link(house: House, organization: str, case: int = 1, **ends: float) -> str:
    """The token of the link to a case; it ends after a month unless said otherwise."""
    until = house.clock() + timedelta(**(ends or {"days": 30}))
    made = appeal_link(SITE, organization, case, house.secret, until)
    return made.partition("token=")[2]


def plan_link_of(house: House, organization: str) -> str:
    """The token of the link to a plan."""
    until = house.clock() + timedelta(days=30)
    return plan_link(SITE, organization, house.secret, until).partition("token=")[2]
