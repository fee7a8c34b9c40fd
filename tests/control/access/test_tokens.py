"""Tokens: who gets one, whom it lets in and as what, and when that ends."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from regiongate.control.access import enter
from regiongate.control.access.people import add_person, change_person, remove_person
from regiongate.control.access.tokens import Issued, caller_of_token, issue, revoke, tokens
from regiongate.domain.access import Caller, Forbidden
from regiongate.domain.errors import CannotRun
from regiongate.domain.role import Person, Role
from regiongate.store.database import Database
from tests.support.access import LI, begin_with_people, everything, said
from tests.support.profiles import NOON
from tests.support.stores import database, postgresql, store_url

__all__ = ["database", "postgresql", "store_url"]

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def people(database: Database) -> None:
    """Mei, Li and Wu."""
    begin_with_people(database)


def _issue(database: Database, by: str = "li", role: Role = Role.OPERATOR) -> Issued:
    with database.writing() as connection:
        return issue(connection, by, "ci", role, NOON + 30 * DAY, NOON)


def _caller(database: Database, secret: str, at: timedelta = DAY) -> Caller | None:
    with database.writing() as connection:
        return caller_of_token(connection, secret, NOON + at)


def test_a_token_lets_its_person_in(database: Database) -> None:
    """With the role of the token, which is smaller than theirs."""
    issued = _issue(database)
    expected = Caller(LI, Role.OPERATOR, f"token:{issued.token.id}")
    assert _caller(database, issued.secret) == expected
    assert enter.by_token(database, issued.secret, NOON + DAY) == expected


def test_a_token_holds_until_it_ends(database: Database) -> None:
    """Up to the instant, and not at it."""
    secret = _issue(database).secret
    assert _caller(database, secret, 30 * DAY - timedelta(microseconds=1)) is not None
    assert _caller(database, secret, 30 * DAY) is None


def test_nobody_gets_more_than_they_may(database: Database) -> None:
    """A token has the person's role or a smaller one; an admin's is no approver's."""
    for by, role in (("li", Role.ADMIN), ("wu", Role.OPERATOR), ("mei", Role.APPROVER)):
        with pytest.raises(Forbidden, match=f"does not cover {role}"):
            _issue(database, by, role)
    with pytest.raises(CannotRun, match="nobody here is called 'zoe'"):
        _issue(database, "zoe", Role.VIEWER)


@pytest.mark.parametrize("days", [-1, 0, 366.1])
def test_no_token_is_for_ever(database: Database, days: float) -> None:
    """It ends after it begins and within 366 days."""
    with pytest.raises(CannotRun, match="within 366 days"), database.writing() as connection:
        issue(connection, "li", "ci", Role.VIEWER, NOON + days * DAY, NOON)
    with database.writing() as connection:
        issue(connection, "li", "ci", Role.VIEWER, NOON + 366 * DAY, NOON)


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "a\nb", "a\0b"])
def test_a_token_has_a_name(database: Database, name: str) -> None:
    """One line that says what it is for."""
    with pytest.raises(CannotRun, match="name what the token"), database.writing() as connection:
        issue(connection, "li", name, Role.VIEWER, NOON + DAY, NOON)


def test_a_token_follows_its_person(database: Database) -> None:
    """Another role counts at once, and with the person the token goes for good."""
    secret = _issue(database, role=Role.APPROVER).secret
    for role, left in (
        (Role.OPERATOR, Role.OPERATOR),
        (Role.ADMIN, Role.VIEWER),
        (Role.VIEWER, Role.VIEWER),
    ):
        with database.writing() as connection:
            change_person(connection, "li", role, "mei", NOON)
        caller = _caller(database, secret)
        assert caller is not None
        assert (caller.person, caller.role) == (Person("li", role), left)
    with database.writing() as connection:
        remove_person(connection, "li", "mei", NOON)
    assert _caller(database, secret) is None
    with database.writing() as connection:
        add_person(connection, LI, "mei", NOON)
    assert _caller(database, secret) is None


def test_a_revoked_token_lets_nobody_in(database: Database) -> None:
    """From that moment on; it is revoked once."""
    issued = _issue(database)
    with database.writing() as connection:
        found = revoke(connection, issued.token.id, "li", NOON + DAY)
        assert tokens(connection, "li") == [found]
    assert (found.revoked, found.revoked_by) == (NOON + DAY, "li")
    assert _caller(database, issued.secret) is None
    with pytest.raises(CannotRun, match="is revoked already"), database.writing() as connection:
        revoke(connection, issued.token.id, "mei", NOON + DAY)


def test_tokens_of_others_are_an_admins(database: Database) -> None:
    """Everybody else neither sees them nor learns by revoking that they are there."""
    mine, other = _issue(database, "wu", Role.VIEWER).token, _issue(database).token
    with database.reading() as connection:
        assert tokens(connection, "wu") == [mine]
        assert tokens(connection, "mei") == [other, mine]
    for token in (other.id, "t-unknown"):
        refused = pytest.raises(CannotRun, match=f"no token '{token}' of yours")
        with refused, database.writing() as connection:
            revoke(connection, token, "wu", NOON)
    with database.writing() as connection:
        assert revoke(connection, other.id, "mei", NOON).revoked_by == "mei"


def test_use_is_noted_to_the_hour(database: Database) -> None:
    """Only what is noted writes; in between, who is let in reads alone."""
    secret = _issue(database).secret

    def used(minutes: int) -> object:
        assert enter.by_token(database, secret, NOON + timedelta(minutes=minutes)) is not None
        with database.reading() as connection:
            return tokens(connection, "li")[0].used

    assert used(1) == NOON + timedelta(minutes=1)
    assert used(60) == NOON + timedelta(minutes=1)
    assert used(61) == NOON + timedelta(minutes=61)


def test_nobody_waits_for_a_writer(database: Database) -> None:
    """Where nothing is to be noted, who shows a token is let in beside a long import."""
    secret = _issue(database).secret
    assert enter.by_token(database, secret, NOON) is not None
    with database.writing() as connection:
        issue(connection, "wu", "ci", Role.VIEWER, NOON + DAY, NOON)
        assert enter.by_token(database, secret, NOON) is not None


def test_clocks_may_differ(database: Database) -> None:
    """What another server has issued can be used and revoked where it is not yet that late."""
    issued = _issue(database)
    assert _caller(database, issued.secret, timedelta(seconds=-2)) is not None
    with database.writing() as connection:
        found = revoke(connection, issued.token.id, "li", NOON - timedelta(seconds=1))
        (kept,) = tokens(connection, "li")
    assert kept == found and (kept.used, kept.revoked) == (NOON, NOON)


def test_the_store_does_not_know_the_secret(database: Database) -> None:
    """Nowhere, the audit trail included."""
    secret = _issue(database).secret
    _caller(database, secret)
    assert secret[3:] not in everything(database)


def test_issuing_and_revoking_is_in_the_trail(database: Database) -> None:
    """With whose token it is, its role and its end."""
    token = _issue(database).token
    with database.writing() as connection:
        revoke(connection, token.id, "mei", NOON + DAY)
    until = "2024-08-08T12:00:00.000000Z"
    detail = {"token": token.id, "person": "li", "role": "operator", "until": until}
    assert said(database, "token:issued", "token:revoked") == [
        ("token:issued", "li", detail),
        ("token:revoked", "mei", detail),
    ]


def test_whatever_is_shown_is_looked_up_at_most(database: Database) -> None:
    """Texts that are no token let nobody in, whatever stands in them."""
    _issue(database)
    for text in ("", "rg_", "' OR 1=1 --", "rg_" + "0" * 49, "\0", "é" * 5000):
        assert _caller(database, text) is None


def test_a_token_is_found_by_an_index(database: Database) -> None:
    """However many there are."""
    if database.engine.dialect.name == "sqlite":
        with database.reading() as connection:
            plan = connection.execute(
                sa.text("EXPLAIN QUERY PLAN SELECT * FROM access_token WHERE digest = 'x'")
            )
            assert "SEARCH access_token USING INDEX" in str(plan.all())
