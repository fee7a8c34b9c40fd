"""The table of docs/endpoints.md is what the server has, and each role gets what it says."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from starlette.routing import Mount

from regiongate.control.access import tokens
from regiongate.domain.role import MAY, Act, Role
from regiongate.server import doors
from regiongate.server.app import create_app
from regiongate.server.entry.door import NEEDS, Anybody, Door
from regiongate.server.house import House
from regiongate.server.security.limit import Limit, Limiter
from regiongate.store.database import Database
from tests.support.house import PEOPLE, Clock, browser, house_over, program, visitor

PAGE = Path(__file__).parents[2] / "docs" / "endpoints.md"
_BEGIN, _END = "<!-- table -->\n", "<!-- /table -->\n"
_WIDE = {name: Limit(1e6, 10**6) for name in ("guess", "login", "page", "appeal", "api")}
_EVERY_ROLE = ", ".join(sorted(Role))


@dataclass(frozen=True)
class Row:
    """One endpoint: how it is asked for, and what it needs."""

    method: str
    path: str
    needs: str

    @property
    def roles(self) -> str:
        """Who may, in words."""
        if self.needs in set(Act):
            return ", ".join(sorted(MAY[Act(self.needs)]))
        return {
            Anybody.PUBLIC: "everybody",
            Anybody.KNOWN: _EVERY_ROLE,
            Anybody.SCRAPER: "who reads metrics",
        }[Anybody(self.needs)]

    @property
    def line(self) -> str:
        """As a line of the table."""
        return f"| {self.method} | `{self.path}` | {self.needs} | {self.roles} |\n"

    def admits(self, role: Role) -> bool:
        """Whether somebody with a role is let in."""
        return self.needs not in set(Act) or role in MAY[Act(self.needs)]

    @property
    def address(self) -> str:
        """Its path with something in its place that is nowhere."""
        numbered = re.sub(r"\{(number|case|version)\}", "999", self.path)
        return re.sub(r"\{\w+(:path)?\}", "none-such", numbered)


def _rows() -> list[Row]:
    found = []
    for door in doors.ALL:
        for route in door.routes:
            needs = getattr(route, "openapi_extra", None) or {}
            for method in sorted(getattr(route, "methods", None) or ()):
                found.append(Row(method, getattr(route, "path", ""), str(needs.get(NEEDS))))
    return found


ROWS = _rows()
API = [row for row in ROWS if row.path.startswith("/api/")]
CONSOLE = [
    row
    for row in ROWS
    if row.path.startswith("/console/") and row.method == "GET" and row.needs != Anybody.PUBLIC
]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One house for all of this module, in which nobody asks too often."""
    folder = tmp_path_factory.mktemp("house")
    database = Database.open(f"sqlite:///{folder}/regiongate.db")
    made = house_over(database, folder, Clock())
    made.limiter = Limiter(_WIDE)
    yield made
    database.close()


def _wrong(client: TestClient, allowed: Role | None, rows: list[Row]) -> list[tuple[str, int]]:
    """Where somebody is let in who may not, or the reverse; None: they have no role at all."""
    wrong = []
    for row in rows:
        status = client.request(row.method, row.address, json=_body(row)).status_code
        if allowed is None:
            fine = status == 401
        elif row.admits(allowed):
            fine = status not in (401, 403) and status < 500
        else:
            fine = status == 403
        if not fine:
            wrong.append((f"{row.method} {row.path}", status))
    return wrong


def _body(row: Row) -> object:
    return None if row.method == "GET" else {}


def test_every_route_says_what_it_needs(house: House) -> None:
    """The application has no route but those of the doors, and each of them is marked."""
    known = set(Act) | set(Anybody)
    assert [row for row in ROWS if row.needs not in known] == []
    assert all(isinstance(door, Door) for door in doors.ALL)
    others = [
        route
        for route in create_app(house).routes
        if getattr(route, "original_router", None) not in doors.ALL
    ]
    assert [getattr(one, "path", None) for one in others] == ["/api/v1/openapi.json", "/static"]
    assert isinstance(others[-1], Mount)


def test_the_table_is_what_the_server_has() -> None:
    """An endpoint without its row fails here; REGIONGATE_REWRITE=1 writes the table anew."""
    text = PAGE.read_text("utf-8")
    before, _, rest = text.partition(_BEGIN)
    _, end, after = rest.partition(_END)
    head = "| Method | Path | Needs | Roles |\n|---|---|---|---|\n"
    table = head + "".join(row.line for row in sorted(ROWS, key=lambda row: (row.path, row.method)))
    made = f"{before}{_BEGIN}{table}{end}{after}"
    if os.environ.get("REGIONGATE_REWRITE"):
        PAGE.write_text(made, "utf-8")
        text = made
    assert text == made, "REGIONGATE_REWRITE=1 pytest tests/server/test_endpoints.py"


@pytest.mark.parametrize("person", ["vera", "otto", "anna", "root"])
def test_each_role_enters_the_api_where_the_table_says(house: House, person: str) -> None:
    """Whoever may is never answered 401 or 403, whoever may not always 403."""
    assert _wrong(program(house, person), PEOPLE[person], API) == []


def test_a_small_token_is_no_larger_for_its_person(house: House) -> None:
    """A viewer's token of an approver opens what a viewer may see."""
    assert _wrong(program(house, "anna", Role.VIEWER), Role.VIEWER, API) == []


def test_nobody_enters_without_a_token(house: House) -> None:
    """Without a token, and with one that has ended, each answer is 401."""
    stranger, late = visitor(house), visitor(house)
    stranger.headers["accept"] = late.headers["accept"] = "application/json"
    before = house.clock() - timedelta(days=2)
    with house.writing() as connection:
        ended = before + timedelta(days=1)
        issued = tokens.issue(connection, "anna", "old", Role.APPROVER, ended, before)
    late.headers["authorization"] = f"Bearer {issued.secret}"
    assert _wrong(stranger, None, API) == []
    assert _wrong(late, None, API) == []


@pytest.mark.parametrize("person", ["vera", "root"])
def test_each_role_enters_the_console_where_the_table_says(house: House, person: str) -> None:
    """Pages open to whoever may see them, and to nobody else."""
    assert _wrong(browser(house, person), PEOPLE[person], CONSOLE) == []


def test_the_console_sends_strangers_to_the_login(house: House) -> None:
    """Whoever is not logged in sees no page but that of the login."""
    stranger = visitor(house)
    answers = [stranger.get(row.address) for row in CONSOLE]
    assert {one.status_code for one in answers} == {303}
    assert all(one.headers["location"].startswith("/console/login") for one in answers)
