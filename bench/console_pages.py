"""Pages of the console over HTTP, asked as a browser does that is logged in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from bench.console_data import END, name
from regiongate.control.cases.search import Sought, search
from regiongate.domain.case import CaseState
from regiongate.store.database import Database
from regiongate.store.paging import Asked
from tests.support.house import Clock, browser, house_over

_PAGES = {
    "overview": "/console/",
    "overview, a year": "/console/?days=365",
    "cases": "/console/cases",
    "cases to look at": "/console/cases?loud=true",
    "cases restricted, by unsupported": "/console/cases?state=restricted&sort=unsupported",
    "cases by the beginning of an id": "/console/cases?text=org-09",
    "cases by the beginning of a name": "/console/cases?text=zenith+quiet+4",
    "cases seen in China, by last seen": "/console/cases?country=CN&sort=last",
    "cases seen in North Korea": "/console/cases?country=KP",
    "cases seen where nobody was": "/console/cases?country=AQ",
    "a case": "/console/cases/{case}",
    "the case of the largest organization": "/console/cases/{largest}",
    "notices": "/console/notices",
    "notices that were refused": "/console/notices?state=refused",
    "appeals": "/console/appeals",
    "exemptions": "/console/exemptions",
    "audit": "/console/audit",
    "audit of one organization": "/console/audit?organization={organization}",
    "audit of one day": "/console/audit?since=2024-06-01&until=2024-06-02",
    "policy": "/console/policy",
    "sources": "/console/sources",
    "explain an address": "/console/explain?what=1.2.4.8",
}
"""Every page that a person looks at, as the console links to it."""


def pages(database: Database, home: Path) -> dict[str, Callable[[], object]]:
    """What asks for each page, by its name; a page that is not whole is an error."""
    house = house_over(database, home, Clock(END))
    client = browser(house, "vera")
    with database.reading() as connection:
        found = search(connection, Sought(states=(CaseState.RESTRICTED,)), asked=Asked(1)).rows[0]
        largest = search(connection, Sought(text=name(0)), asked=Asked(1)).rows[0]

    def asking(path: str) -> Callable[[], object]:
        def ask() -> None:
            answer = client.get(path)
            if answer.status_code != 200:
                raise AssertionError(f"{path} answered {answer.status_code}")

        return ask

    known = {"case": found.number, "largest": largest.number, "organization": found.organization}
    return {title: asking(path.format(**known)) for title, path in _PAGES.items()}
