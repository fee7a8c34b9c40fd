"""PostgreSQL takes no NUL in a text, where SQLite does: who sends one is answered."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import pytest

from regiongate.store.database import Database
from tests.server.test_attacks_input import FILTERS, ODD
from tests.support.desks import announced
from tests.support.house import Clock, browser, csrf_of, house_over, program
from tests.support.postgresql import Server
from tests.support.stores import postgresql  # noqa: F401

pytestmark = pytest.mark.postgresql

KEY, UNTIL = "0" * 64, "2026-08-01T00:00:00Z"


def test_odd_text_is_only_text(postgresql: Server, tmp_path: Path) -> None:  # noqa: F811
    """In each filter, each form and each path, and for programs: refused, or found nowhere."""
    database = Database.open(postgresql.new_database())
    house = house_over(database, tmp_path, Clock())
    announced(database, "acme")
    client, robot = browser(house, "anna"), program(house, "anna")
    csrf = csrf_of(client.get("/console/exemptions").text)
    answers = [
        client.get(f"/console/{page}", params={name: said})
        for page, name in FILTERS
        for said in ODD
    ]
    for said in ODD:
        reason = {"csrf": csrf, "reason": said}
        answers += [
            client.post("/console/cases/1/notes", data={"csrf": csrf, "text": said}),
            client.post("/console/cases/1/release", data=reason),
            client.post("/console/exemptions", data=reason | {"subject": said, "no_end": "true"}),
            client.post("/console/exemptions", data=reason | {"subject": "acme", "no_end": "true"}),
            client.post("/console/policy/new", data=reason | {"text": said, "confirmed": "true"}),
            client.post("/console/login", data={"code": said}),
            client.get(f"/console/cases/1/notices/{quote(said)}"),
            robot.get("/api/v1/cases", params={"text": said, "organization": said}),
            robot.get(f"/api/v1/organizations/{quote(said)}"),
            robot.post("/api/v1/cases/1/notes", json={"text": said}),
            robot.post("/api/v1/exemptions", json={"key": KEY, "reason": said, "until": None}),
            robot.post("/api/v1/policy/drafts", json={"text": said, "reason": said}),
            robot.post("/api/v1/tokens", json={"name": said, "role": "viewer", "until": UNTIL}),
        ]
    database.close()
    broken = [(str(one.url)[:90], one.status_code) for one in answers if one.status_code >= 500]
    assert broken == []
