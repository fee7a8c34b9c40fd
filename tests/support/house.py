"""A server for the tests: its house over a store, people of each role, browsers and programs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient

from regiongate.cli.options import catalogue_in
from regiongate.compiler.envoy.settings import Endpoint
from regiongate.control.access import sessions, tokens
from regiongate.domain.role import Person, Role
from regiongate.server.app import create_app
from regiongate.server.entry.cookies import session_name
from regiongate.server.house import House
from regiongate.server.settings import Settings
from regiongate.store.database import Database
from regiongate.store.people import People
from tests.support import policies
from tests.support.policies import policy_text

URL = "http://127.0.0.1:8780"
WARN, BLOCK, SUSPEND = (datetime(2026, month, 1, tzinfo=UTC) for month in (6, 7, 8))
AT = datetime(2026, 7, 15, 12, tzinfo=UTC)
"""The instant of the server's clock: after the block, before the suspension."""

PEOPLE = {
    "vera": Role.VIEWER,
    "otto": Role.OPERATOR,
    "anna": Role.APPROVER,
    "axel": Role.APPROVER,
    "root": Role.ADMIN,
}
CASES = policies.CASES | {"site": f"{URL}/region-access", "appeal_within": "10d"}


@dataclass
class Clock:
    """A clock that stands still until a test moves it."""

    at: datetime = AT

    def __call__(self) -> datetime:
        """The instant."""
        return self.at

    def advance(self, **by: float) -> None:
        """Let time pass."""
        self.at += timedelta(**by)


def house_over(database: Database, folder: Path, clock: Clock, **policy: Any) -> House:
    """A house over a store, whose policy has the dates of this module and rules for cases."""
    state = folder / "state"
    state.mkdir(mode=0o700, exist_ok=True)
    path = folder / "policy.yaml"
    starts = {"warn": WARN, "block": BLOCK, "suspend": SUSPEND}
    path.write_text(policy_text(starts=starts, **({"cases": CASES} | policy)), "utf-8")
    settings = Settings(
        state_dir=state,
        store_url=database.name,
        listen=Endpoint("127.0.0.1", 8780),
        url=URL,
        policy=path,
        mail={"sender": "Example API <notices@example.com>"},
    )
    with database.writing() as connection:
        for name, role in PEOPLE.items():
            People(connection).add(Person(name, role), WARN, "root")
    return House(settings, database, catalogue_in(folder / "sources"), clock)


def _app_of(house: House) -> FastAPI:
    """The application of a house: one, for the first request to each compiles all its routes."""
    known = vars(house)
    if known.get("app_of") is not house.settings:
        known |= {"app_of": house.settings, "app": create_app(house)}
    found: FastAPI = known["app"]
    return found


def visitor(house: House, address: str = "127.0.0.1") -> TestClient:
    """Somebody who is not known, at an address."""
    client = TestClient(
        _app_of(house),
        base_url=URL,
        client=(address, 50000),
        raise_server_exceptions=False,
        follow_redirects=False,
    )
    client.headers["accept"] = "text/html"
    return client


def browser(house: House, person: str) -> TestClient:
    """The browser of somebody who is logged in."""
    client = visitor(house)
    with house.writing() as connection:
        begun = sessions.begin(connection, person, "one-time", house.clock())
    client.cookies.set(session_name(house.settings), begun.secret)
    return client


def program(house: House, person: str, role: Role | None = None) -> TestClient:
    """A program with a token of a person, for their own role unless another is said."""
    client = visitor(house)
    until = house.clock() + timedelta(days=30)
    scope = role or PEOPLE[person]
    with house.writing() as connection:
        issued = tokens.issue(connection, person, "test", scope, until, house.clock())
    client.headers.update(
        {"authorization": f"Bearer {issued.secret}", "accept": "application/json"}
    )
    return client


def csrf_of(page: str) -> str:
    """The token that the forms of a page carry."""
    _, _, rest = page.partition('name="csrf" value="')
    return rest.partition('"')[0]
