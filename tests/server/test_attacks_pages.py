"""Every page of the console with hostile names in it, and every answer with hostile headers."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest

from regiongate.control.appeal.evidence import Upload
from regiongate.control.appeal.open import open_for
from regiongate.control.appeal.sitting import Sitting
from regiongate.control.appeal.statement import statement
from regiongate.control.cases.note import note
from regiongate.control.grant.exempt import Subject, exempt
from regiongate.control.grant.terms import Terms
from regiongate.control.policies.propose import propose
from regiongate.server.house import House
from regiongate.server.observe.request_log import REQUESTS, JsonLines
from regiongate.store.audit import AuditTrail
from tests.server.test_attacks_input import MARKUP
from tests.server.test_endpoints import CONSOLE
from tests.support.desks import announced
from tests.support.house import AT, browser, program, visitor
from tests.support.policies import policy_text

ELSEWHERE = {"/console/sources/agreement", "/console/login/oidc", "/console/login/oidc/back"}
"""One takes seconds and shows nothing that anybody typed, the others lead away."""

FORGED = {
    "forwarded": "host=evil.example;proto=https",
    "x-forwarded-host": "evil.example",
    "x-forwarded-proto": "https",
    "x-forwarded-prefix": "/evil",
    "x-forwarded-port": "1",
    "x-host": "evil.example",
    "x-original-url": "/console/login",
    "x-rewrite-url": "/console/login",
    "x-http-method-override": "DELETE",
    "x-method-override": "DELETE",
    "referer": "https://evil.example/",
}


@pytest.fixture
def ids(house: House) -> list[str]:
    """What a path of the console may name, in a house where everybody typed markup."""
    [notice] = announced(house.database, "acme")
    with house.writing() as connection:
        sitting = Sitting(connection, house.desk(), AT)
        file = Upload(f"{MARKUP}.csv", b"198.51.100.0/24,FR,,,\n")
        appeal = open_for(sitting, 1, "otto", statement(MARKUP, [file])).appeal.id
        note(connection, 1, "otto", MARKUP, AT, quiet=False)
        subject = Subject(network=None, organization=None, key=bytes(32), holder="acme")
        exempted = exempt(connection, subject, Terms(MARKUP, "anna", None), AT).exemption.id
        propose(connection, policy_text(), house.state, house.catalogue, person="otto",
                reason=MARKUP, at=AT)  # fmt: skip
    return ["1", notice, appeal, exempted, "acme"]


def _paths(row: str, ids: list[str]) -> Iterator[str]:
    """A path with each combination of names in its places."""
    before, place, rest = row.partition("{")
    if not place:
        yield row
        return
    for id in ids:
        yield from _paths(f"{before}{id}{rest.partition('}')[2]}", ids)


def test_no_page_shows_markup_that_somebody_typed(house: House, ids: list[str]) -> None:
    """Each page that there is; and looking at them changes nothing but who looked at what."""
    client = browser(house, "anna")
    with house.reading() as connection:
        before = len(list(AuditTrail(connection).entries()))
    shown = set()
    for row in (one.path for one in CONSOLE if one.path not in ELSEWHERE):
        for path in _paths(row, ids):
            answer = client.get(path)
            assert answer.status_code < 500, path
            if answer.headers["content-type"].startswith("text/html"):
                assert "<script>alert" not in answer.text and "<img src=x" not in answer.text, path
            if answer.status_code == 200:
                shown.add(row)
    assert len(shown) > 15
    with house.reading() as connection:
        done = list(AuditTrail(connection).entries())[before:]
    assert {entry.tag for entry in done} == {"personal-data:viewed"}


def test_no_answer_follows_what_a_proxy_might_say(house: House) -> None:
    """So no cache can be made to keep an answer that leads, or belongs, elsewhere."""
    client = visitor(house)
    for place in ("/console/login", "/console", "/region-access/", "/region-access/measure",
                  "/static/look.css", "/api/v1/cases", "/nowhere"):  # fmt: skip
        plain, forged = client.get(place), client.get(place, headers=FORGED)
        assert forged.status_code == plain.status_code, place
        assert forged.content == plain.content, place
        kept = [dict(one.headers) | {"x-request-id": ""} for one in (plain, forged)]
        assert kept[0] == kept[1], place


def test_credentials_that_are_none_are_refused(house: House) -> None:
    """Whatever stands there, it is nobody's; the same for cookies."""
    client = visitor(house)
    for said in (b"", b"Bearer", b"Bearer ", b"Basic eDp5", b"Bearer \xff\xfe", b"Bearer a b",
                 b"rg_x", b"Bearer " + b"x" * 8000, b"Bearer rg_\x01"):  # fmt: skip
        asked = client.get("/api/v1/cases", headers={b"authorization": said})
        assert asked.status_code == 401, said
        cookie = {b"cookie": b"regiongate=" + said.replace(b" ", b"")}
        assert client.get("/console/", headers=cookie).status_code == 303, said


def test_no_request_writes_a_line_of_its_own_into_the_log(house: House) -> None:
    """A line for each, as JSON, and nothing that a client chose is in it."""
    said = io.StringIO()
    handler = logging.StreamHandler(said)
    handler.setFormatter(JsonLines())
    REQUESTS.addHandler(handler)
    level = REQUESTS.level
    REQUESTS.setLevel(logging.INFO)
    try:
        client = visitor(house)
        for path in ("/evil%0a%7b%22x%22:1%7d", "/console/evil%0d%0a", "/region-access/evil%1b[2J"):
            client.request("EVIL", f"{path}?evil=%0a", headers={"user-agent": "evil",
                           "x-request-id": "evil\tone", "referer": "evil"})  # fmt: skip
    finally:
        REQUESTS.removeHandler(handler)
        REQUESTS.setLevel(level)
    lines = said.getvalue().splitlines()
    assert len(lines) == 3
    assert all(json.loads(line)["method"] == "other" for line in lines)
    assert "evil" not in said.getvalue()


def test_a_file_is_its_own_appeals_only(house: House, ids: list[str]) -> None:
    """By another number or another appeal it is not found; it is saved and never shown."""
    client, appeal = program(house, "vera"), ids[2]
    path = f"/api/v1/appeals/{appeal}/files"
    answer = client.get(f"{path}/1")
    assert answer.content == b"198.51.100.0/24,FR,,,\n"
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-disposition"] == "attachment"
    assert answer.headers["content-security-policy"] == "sandbox"
    for wrong in (f"{path}/2", f"/api/v1/appeals/{appeal}x/files/1", f"{path}/..%2f1", f"{path}/0"):
        assert client.get(wrong).status_code in (404, 422), wrong
