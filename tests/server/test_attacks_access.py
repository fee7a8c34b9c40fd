"""Whoever is not let in stays out: guessing, forging, borrowing, and going by another's door."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from regiongate.control.access import sessions
from regiongate.control.access.login import one_time
from regiongate.domain.role import Person, Role
from regiongate.server.entry.cookies import session_name
from regiongate.server.house import House
from regiongate.store.notices import Notices
from regiongate.store.people import People
from tests.support.desks import announced
from tests.support.house import PEOPLE, URL, WARN, Clock, browser, csrf_of, program, visitor

EVIL = "https://evil.example"
ELSEWHERE = (
    "//evil.example",
    "/\\evil.example",
    "/console/\\evil.example",
    "%2f%2fevil.example",
    EVIL,
    "https:evil.example",
    "javascript:alert(1)",
    "/console/\r\nset-cookie: a=b",
    "/consolevil",
    "\t//evil.example",
)


def _code(house: House, person: str = "anna") -> str:
    with house.writing() as connection:
        return one_time(connection, person, house.clock())


def _log_in(client: TestClient, code: str, **more: str) -> str:
    """Where a login leads to."""
    answer = client.post("/console/login", data={"code": code, **more})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


@pytest.mark.parametrize("wanted", ELSEWHERE)
def test_a_login_leads_nowhere_else(house: House, wanted: str) -> None:
    """Whatever `next` says, in the link or in the form, it is a page of the console."""
    client = visitor(house)
    assert "evil" not in client.get("/console/login", params={"next": wanted}).text
    where = _log_in(client, _code(house), next=wanted)
    assert where == "/console/"
    assert client.get("/console/login/oidc", params={"next": wanted}).status_code == 404


def test_codes_are_not_guessed(house: House) -> None:
    """After ten wrong ones also the right one must wait, and whoever lies about an address too."""
    client = visitor(house, "192.0.2.1")
    for n in range(10):
        lie = {"x-forwarded-for": f"198.51.100.{n}", "x-regiongate-client-address": f"10.0.0.{n}"}
        assert client.post("/console/login", data={"code": f"{n}"}, headers=lie).status_code == 403
    answer = client.post("/console/login", data={"code": _code(house)})
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0
    assert visitor(house, "203.0.113.1").post(
        "/console/login", data={"code": _code(house)}
    ).is_redirect  # fmt: skip


def test_tokens_are_not_guessed(house: House) -> None:
    """The same for the secrets of programs."""
    client = program(house, "anna")
    right = client.headers["authorization"]
    for n in range(10):
        wrong = client.get("/api/v1/cases/1", headers={"authorization": f"Bearer rg_{n}"})
        assert wrong.status_code == 401
        assert wrong.headers["www-authenticate"] == "Bearer"
    answer = client.get("/api/v1/cases/1", headers={"authorization": right})
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0


@pytest.mark.parametrize(
    "headers", [{"origin": EVIL}, {"origin": "null"}, {"origin": f"{URL}.evil.example"}]
)
def test_a_form_of_another_site_is_refused(house: House, headers: dict[str, str]) -> None:
    """Even with the right token in it; the login as well."""
    client = browser(house, "root")
    csrf = csrf_of(client.get("/console/exemptions").text)
    form = {"csrf": csrf, "subject": "acme", "no_end": "true", "reason": "x"}
    assert client.post("/console/exemptions", data=form, headers=headers).status_code == 403
    login = {"code": _code(house)}
    assert visitor(house).post("/console/login", data=login, headers=headers).status_code == 403


@pytest.mark.parametrize("token", [None, "", "x", "ä", "another"])
def test_a_form_without_the_sessions_own_token_is_refused(house: House, token: str | None) -> None:
    """None, an empty one, a wrong one, and that of somebody else, in the form or in the header."""
    client = browser(house, "anna")
    if token == "another":  # noqa: S105
        token = csrf_of(browser(house, "otto").get("/console/policy/new").text)
    form = {"subject": "acme", "no_end": "true", "reason": "x"}
    said = form if token is None else form | {"csrf": token}
    assert client.post("/console/exemptions", data=said).status_code == 403
    if token:
        headers = {b"x-csrf-token": token.encode()}
        assert client.post("/console/exemptions", data=form, headers=headers).status_code == 403
    assert client.post("/console/logout", data=said).status_code == 403


def test_every_form_of_the_console_needs_the_token(house: House) -> None:
    """A change without it is refused before it is looked at."""
    client = browser(house, "root")
    paths = (
        "cases/1/notes", "cases/1/release", "cases/several", "appeals/a-1", "exemptions",
        "exemptions/corrections", "exemptions/e-1/end", "policy/new", "policy/back-to",
        "policy/drafts/1/publish", "policy/drafts/1/withdraw", "sources/x/update", "logout",
    )  # fmt: skip
    for path in paths:
        assert client.post(f"/console/{path}", data={"reason": "x"}).status_code == 403, path


def test_a_viewer_changes_nothing_whatever_is_sent(house: House) -> None:
    """The role is asked on the server, for each of the forms."""
    client = browser(house, "vera")
    csrf = csrf_of(client.get("/console/explain").text) or csrf_of(client.get("/console/").text)
    for path, form in {
        "cases/1/notes": {"text": "x"},
        "cases/several": {"case": "1", "verb": "release", "reason": "x"},
        "exemptions": {"subject": "acme", "no_end": "true", "reason": "x"},
        "exemptions/corrections": {"network": "192.0.2.0/24", "region": "FR", "no_end": "true",
                                   "reason": "x"},
        "exemptions/e-1/end": {"reason": "x"},
        "appeals/a-1": {"answer": "denial", "reason": "x"},
        "policy/new": {"text": "x"},
        "policy/drafts/1/publish": {},
        "policy/drafts/1/withdraw": {},
        "policy/back-to": {"generation": "x", "reason": "x"},
        "sources/iptoasn/update": {},
    }.items():  # fmt: skip
        answer = client.post(f"/console/{path}", data={"csrf": csrf, "confirmed": "true", **form})
        assert answer.status_code == 403, (path, answer.status_code)
    assert client.get("/console/policy/new").status_code == 403


def test_a_notice_is_shown_below_its_own_case_only(house: House) -> None:
    """Its id with the number of another case is not found, and the view of it is not noted."""
    one, two = announced(house.database, "acme", "beta")
    client = browser(house, "vera")
    with house.reading() as connection:
        cases = {notice: Notices(connection).get(notice).case for notice in (one, two)}  # type: ignore[union-attr]
    assert client.get(f"/console/cases/{cases[one]}/notices/{one}").status_code == 200
    assert client.get(f"/console/cases/{cases[two]}/notices/{one}").status_code == 404
    assert client.get(f"/console/cases/{cases[two]}/notices/{one}x").status_code == 404


def test_a_session_is_new_after_each_login(house: House) -> None:
    """A cookie that somebody has planted before is not taken over (session fixation)."""
    client = visitor(house)
    planted = "rgs_planted"
    client.cookies.set(session_name(house.settings), planted)
    _log_in(client, _code(house))
    secrets = [one.value for one in client.cookies.jar if one.name == session_name(house.settings)]
    assert planted not in secrets[-1:]
    again = visitor(house)
    again.cookies.set(session_name(house.settings), planted)
    assert again.get("/console/").status_code == 303


def test_a_session_ends_with_its_log_out(house: House) -> None:
    """On the server: who kept the cookie is let in no more."""
    client = browser(house, "anna")
    kept = client.cookies[session_name(house.settings)]
    client.post("/console/logout", data={"csrf": csrf_of(client.get("/console/policy/new").text)})
    again = visitor(house)
    again.cookies.set(session_name(house.settings), kept)
    assert again.get("/console/cases").status_code == 303


def test_a_session_ends_when_its_time_is_over(house: House, clock: Clock) -> None:
    """After an hour without use."""
    client = browser(house, "anna")
    assert client.get("/console/").status_code == 200
    clock.advance(hours=1, seconds=1)
    assert client.get("/console/").status_code == 303


def test_a_code_is_redeemed_once_and_in_time(house: House, clock: Clock) -> None:
    """The second time, and after ten minutes, it is not."""
    code = _code(house)
    _log_in(visitor(house), code)
    assert visitor(house).post("/console/login", data={"code": code}).status_code == 403
    late = _code(house)
    clock.advance(minutes=11)
    assert visitor(house).post("/console/login", data={"code": late}).status_code == 403


def test_who_is_removed_is_out_at_once_and_a_new_role_holds_at_once(house: House) -> None:
    """Sessions and tokens that were given before follow."""
    client, robot = browser(house, "axel"), program(house, "axel")
    with house.writing() as connection:
        axel = People(connection).change(Person("axel", PEOPLE["axel"]), Role.VIEWER, WARN, "root")
    csrf = csrf_of(client.get("/console/explain").text)
    assert client.get("/console/policy/new").status_code == 403
    form = {"csrf": csrf, "subject": "acme", "no_end": "true", "reason": "x"}
    assert client.post("/console/exemptions", data=form).status_code == 403
    with house.writing() as connection:
        People(connection).remove(axel, WARN + timedelta(days=1), "root")
    assert client.get("/console/").status_code == 303
    assert robot.get("/api/v1/cases/1").status_code == 401


@pytest.mark.parametrize("url", [URL, "https://regions.example.com"])
def test_the_cookie_of_a_session_is_for_no_script_and_no_other_site(house: House, url: str) -> None:
    """HttpOnly and SameSite; over TLS also Secure and bound to its host; one for each port."""
    house.settings = replace(house.settings, url=url)
    answer = visitor(house).post("/console/login", data={"code": _code(house)})
    [cookie] = answer.headers.get_list("set-cookie")
    said = {part.strip().partition("=")[0].lower() for part in cookie.split(";")[1:]}
    assert {"httponly", "samesite", "path", "max-age"} <= said and "domain" not in said
    named = "__Host-regiongate=" if url.startswith("https") else "regiongate-8780="
    assert cookie.startswith(named)
    assert ("secure" in said) is url.startswith("https")


def test_no_secret_is_in_a_log(house: House, caplog: pytest.LogCaptureFixture) -> None:
    """Neither codes nor cookies nor tokens nor mail addresses, when all goes well and when not."""
    caplog.set_level(logging.DEBUG, logger="regiongate")
    caplog.set_level(logging.INFO)
    [notice] = announced(house.database, "acme")
    code, client = _code(house), visitor(house)
    _log_in(client, code)
    wrong = visitor(house).post("/console/login", data={"code": "rgl_wrong-one"})
    client.get(f"/console/cases/1/notices/{notice}")
    robot = program(house, "anna")
    robot.get("/api/v1/cases/1")
    said = "\n".join(record.getMessage() for record in caplog.records)
    session = client.cookies[session_name(house.settings)]
    secrets = (code, session, "rgl_wrong-one", "it@acme.example",
               robot.headers["authorization"].removeprefix("Bearer "))  # fmt: skip
    assert not [one for one in secrets if one in said]
    assert "rgl_wrong-one" not in wrong.text
    with house.writing() as connection:
        assert sessions.begin(connection, "anna", "one-time", house.clock()).secret not in said
