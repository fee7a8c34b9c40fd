"""`regiongate token` and `regiongate login`: what they print, and what they refuse."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from click.testing import CliRunner, Result

from regiongate.cli.login import DEFAULT_URL
from regiongate.cli.main import main
from regiongate.cli.serve import DEFAULT_LISTEN
from regiongate.control.access.login import redeem
from regiongate.control.access.tokens import caller_of_token
from regiongate.domain.role import Person, Role
from regiongate.store.database import Database
from tests.support.access import begin_with_people
from tests.support.profiles import NOON

AT = ("--at", "2024-07-09T12:00Z")


@pytest.fixture
def url(tmp_path: Path) -> str:
    """Of a store with Mei, Li and Wu."""
    found = f"sqlite:///{tmp_path}/regiongate.db"
    database = Database.open(found)
    begin_with_people(database)
    database.close()
    return found


def _run(url: str, *arguments: str) -> Result:
    return CliRunner().invoke(main, [*arguments, *AT, "--store", url])


def _json(url: str, *arguments: str) -> Any:
    result = _run(url, *arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_a_token_is_issued(url: str) -> None:
    """Its text alone goes to standard output, for ninety days, and it opens the store's doors."""
    result = _run(url, "token", "issue", "ci", "--role", "operator", "--as", "li")
    secret = result.stdout.strip()
    assert "lets li in as operator until 2024-10-07T12:00:00Z" in result.stderr
    assert secret not in result.stderr
    database = Database.open(url)
    with database.writing() as connection:
        caller = caller_of_token(connection, secret, NOON)
    database.close()
    assert caller is not None
    assert (caller.person, caller.role) == (Person("li", Role.APPROVER), Role.OPERATOR)


def test_tokens_are_listed_and_revoked(url: str) -> None:
    """With their state; a rehearsal revokes nothing, and no list holds a secret."""
    made = _json(url, "token", "issue", "ci", "--role", "viewer", "--as", "wu", "--days", "1")
    assert made["until"] == "2024-07-10T12:00:00Z"
    secret = made.pop("secret")
    assert _json(url, "token", "list", "--as", "mei") == [made]
    assert made["state"] == "in force"
    for extra, kept in ((("--dry-run",), False), ((), True)):
        found = _json(url, "token", "revoke", made["id"], "--as", "mei", *extra)
        assert (found["kept"], found["state"]) == (kept, "revoked by mei")
    result = _run(url, "token", "list", "--as", "wu")
    assert "revoked by mei" in result.stdout and secret not in result.stdout
    assert _json(url, "token", "list", "--as", "li") == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("issue", "ci", "--role", "admin", "--as", "li"), "does not cover admin"),
        (("issue", "ci", "--role", "viewer", "--as", "zoe"), "'zoe'"),
        (
            (
                "issue",
                "ci",
                "--role",
                "viewer",
                "--as",
                "li",
                "--days",
                "3",
                "--until",
                "2025-01-01",
            ),
            "give one",
        ),
        (
            ("issue", "ci", "--role", "viewer", "--as", "li", "--until", "2026-01-01"),
            "within 366 days",
        ),
        (("revoke", "t-none", "--as", "li"), "no token 't-none' of yours"),
    ],
)
def test_what_cannot_be_is_refused(url: str, arguments: tuple[str, ...], message: str) -> None:
    """In a sentence, with exit code 2."""
    result = _run(url, "token", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in result.stderr


def test_a_link_logs_in(url: str) -> None:
    """For ten minutes, at the server that was named."""
    found = _json(url, "login", "li", "--url", "https://a.example/")
    assert found["url"].startswith("https://a.example/console/login?code=rgl_")
    assert (found["person"], found["until"]) == ("li", "2024-07-09T12:10:00Z")
    (code,) = parse_qs(urlsplit(found["url"]).query)["code"]
    database = Database.open(url)
    with database.writing() as connection:
        assert redeem(connection, code, NOON + timedelta(minutes=9)) is not None
    database.close()


def test_a_link_leads_to_where_the_server_is(url: str) -> None:
    """Unless it is told otherwise, to where `serve` listens unless that is told otherwise."""
    assert f"http://{DEFAULT_LISTEN}" == DEFAULT_URL
    assert _run(url, "login", "li").stdout.startswith(f"{DEFAULT_URL}/console/login?code=rgl_")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("zoe",), "'zoe'"),
        (("li", "--url", "a.example"), "name an origin"),
        (("li", "--url", "javascript:alert(1)"), "name an origin"),
    ],
)
def test_no_link_for_nobody(url: str, arguments: tuple[str, ...], message: str) -> None:
    """Whoever is unknown gets none, and none leads to what is no server."""
    result = _run(url, "login", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in result.stderr


def test_a_link_needs_a_store(tmp_path: Path) -> None:
    """It is not made by asking for a link."""
    result = _run(f"sqlite:///{tmp_path}/none.db", "login", "li")
    assert result.exit_code == 2 and "there is no store" in result.stderr
    assert not (tmp_path / "none.db").exists()
