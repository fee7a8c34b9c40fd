"""Who enters is asked before anything of a body is read, and no body is read for ever."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from starlette.exceptions import HTTPException

from regiongate.server.house import House
from regiongate.server.security.size import LARGEST, LONGEST, OF_ANYBODY, SizeLimit
from tests.server.test_endpoints import API, ROWS, Row
from tests.support.house import PEOPLE, browser, csrf_of, program, visitor

CHANGES = [row for row in API if row.method != "GET"]
FORMS = [
    row
    for row in ROWS
    if row.path.startswith("/console") and row.method == "POST" and row.needs != "public"
]
JSON, FORM = ({"content-type": f"application/{kind}"} for kind in ("json", "x-www-form-urlencoded"))

HURTS = (
    b"[" * 100_000,
    b'{"text":' * 100_000,
    b'{"text": 1' + b"0" * 10_000 + b"}",
    b'{"text": "\\ud800"}',
    b'{"text": NaN}',
    b"\xff\xfe",
    b"null",
    b"\x00",
)


def _unread() -> Iterator[bytes]:
    yield b"{"
    raise AssertionError("the body was read")


def _wrong(house: House, rows: list[Row], person: str | None, status: int) -> list[str]:
    """Where somebody who may not is answered anything else, and with malformed JSON as well."""
    client = visitor(house) if person is None else program(house, person)
    client.headers["accept"] = "application/json"
    found = []
    for row in rows:
        unread = client.request(row.method, row.address, content=_unread(), headers=JSON)
        broken = client.request(row.method, row.address, content=b"{", headers=JSON)
        if {unread.status_code, broken.status_code} != {status}:
            found.append(f"{row.method} {row.path} {unread.status_code} {broken.status_code}")
    return found


def test_a_program_without_a_token_has_nothing_read(house: House) -> None:
    """401 for each change of the API, whatever is sent."""
    assert _wrong(house, CHANGES, None, 401) == []


def test_a_program_whose_role_does_not_allow_it_has_nothing_read(house: House) -> None:
    """403 for each that a viewer may not, whatever is sent."""
    rows = [row for row in CHANGES if not row.admits(PEOPLE["vera"])]
    assert len(rows) > 20
    assert _wrong(house, rows, "vera", 403) == []


def test_malformed_json_is_told_to_whoever_may(house: House) -> None:
    """And only to them."""
    client = program(house, "otto")
    answer = client.post("/api/v1/cases/1/notes", content=b"{", headers=JSON)
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:regiongate:problem:invalid")


def test_a_browser_without_a_session_has_nothing_read(house: House) -> None:
    """Every form of the console leads a stranger to the login, and a viewer nowhere."""
    stranger, viewer = visitor(house), browser(house, "vera")
    for row in FORMS:
        answer = stranger.post(row.address, content=_unread(), headers=FORM)
        assert answer.status_code == 303, row
        assert answer.headers["location"].startswith("/console/login"), row
        if not row.admits(PEOPLE["vera"]):
            refused = viewer.post(row.address, content=_unread(), headers=FORM)
            assert refused.status_code == 403, row


def test_a_form_of_another_site_is_not_read(house: House) -> None:
    """Its origin says enough."""
    evil = FORM | {"origin": "https://evil.example"}
    answer = browser(house, "anna").post("/console/exemptions", content=_unread(), headers=evil)
    assert answer.status_code == 403


def test_the_console_takes_no_files(house: House) -> None:
    """No page of it sends any, so nothing is written to the disk for one."""
    client = browser(house, "anna")
    csrf = csrf_of(client.get("/console/exemptions").text)
    files = {"text": ("policy.yaml", b"x")}
    answer = client.post("/console/policy/new", data={"csrf": csrf}, files=files)
    assert answer.status_code == 400


def test_a_length_that_is_too_large_is_refused_before_it_comes(house: House) -> None:
    """Of whoever may send something, and of the login, which anybody may send."""
    token, nobody = program(house, "otto"), visitor(house)
    for client, path, largest in (
        (token, "/api/v1/organizations/import", LARGEST),
        (nobody, "/console/login", OF_ANYBODY["/console/login"]),
    ):
        said = {"content-length": str(largest + 1), "content-type": "text/csv"}
        assert client.post(path, content=_unread(), headers=FORM | said).status_code in (413, 422)
    much = nobody.post("/console/login", data={"code": "x" * OF_ANYBODY["/console/login"]})
    assert much.status_code == 413


def test_a_body_that_is_packed_is_not_unpacked(house: House) -> None:
    """A bomb stays as small as it is: nothing here takes a content encoding."""
    client = program(house, "otto")
    bomb = b"\x1f\x8b\x08\x00" + bytes(100)
    packed = {"content-encoding": "gzip"}
    note = client.post("/api/v1/cases/1/notes", content=bomb, headers=JSON | packed)
    kind = {"content-type": "text/csv"}
    book = client.post("/api/v1/organizations/import", content=bomb, headers=kind | packed)
    assert (note.status_code, book.status_code) == (400, 422)


def test_json_that_is_meant_to_hurt_is_only_wrong(house: House) -> None:
    """Nesting, numbers without end, half a character: each is refused, and nothing breaks."""
    client = program(house, "otto")
    paths = ("cases/1/notes", "appeals", "policy/look", "policy/drafts", "organizations/import")
    for path, text in product(paths, HURTS):
        kind = "application/jsonl" if path.endswith("import") else "application/json"
        said = client.post(f"/api/v1/{path}", content=text, headers={"content-type": kind})
        assert said.status_code in (400, 422), (path, text[:20], said.text)
        assert said.headers["content-type"] == "application/problem+json"


def _asked(receive: Any, patience: float, longest: float = LONGEST) -> None:
    async def reads(_: Any, receive: Any, __: Any) -> None:
        while (await receive())["more_body"]:
            pass

    scope = {"type": "http", "path": "/", "headers": []}
    asyncio.run(SizeLimit(reads, LARGEST, patience, longest)(scope, receive, None))


def test_a_body_that_stops_coming_is_waited_for_no_longer() -> None:
    """408, once the next piece is overdue."""

    async def never() -> Any:
        await asyncio.sleep(60)

    with pytest.raises(HTTPException) as refused:
        _asked(never, patience=0.01)
    assert refused.value.status_code == 408


def test_a_body_that_drips_ends_too() -> None:
    """A byte now and then keeps nobody waiting for ever."""

    async def drips() -> Any:
        await asyncio.sleep(0.005)
        return {"type": "http.request", "body": b"x", "more_body": True}

    with pytest.raises(HTTPException) as refused:
        _asked(drips, patience=1, longest=0.05)
    assert refused.value.status_code == 408
