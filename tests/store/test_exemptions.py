"""Exemptions and corrections in the store: what cannot be true cannot be written."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from typing import Any

import pytest
import sqlalchemy as sa

from regiongate.domain.errors import CannotRun
from regiongate.domain.exemption import Correction, Exemption, Scope
from regiongate.store.database import Database
from regiongate.store.exemptions import (
    CORRECTION,
    EXEMPTION,
    AlreadyEnded,
    Corrections,
    Exemptions,
)

AT = datetime(2026, 6, 17, 12, tzinfo=UTC)
END = AT + timedelta(days=30)
ORGANIZATION = Exemption(
    *("e-1", Scope.ORGANIZATION, "acme", None, None, "why", "bob", AT, END), holder="acme"
)
KEY = Exemption("e-2", Scope.KEY, None, bytes(32), None, "why", "bob", AT, None, holder="acme")
NETWORK = Exemption(
    *("e-3", Scope.NETWORK, None, None, ip_network("20.0.1.0/24"), "why", "bob", AT, END)
)
CORRECTED = Correction("c-1", ip_network("2a01:e00::/32"), "FR-IDF", "why", "bob", AT, END)

WRONG: list[dict[str, Any]] = [
    {"scope": "planet"},
    {"scope": "key"},
    {"organization": None},
    {"holder": None},
    {"holder": "other"},
    {"key": "0" * 64},
    {"network": "20.0.1.0/24"},
    {"scope": "key", "organization": None, "key": "0" * 63},
    {"scope": "network", "organization": None, "network": "20.0.1.0"},
    {"reason": " "},
    {"approver": ""},
    {"expires": AT},
    {"expires": END + timedelta(milliseconds=5)},
    {"ended": AT},
    {"ended": AT, "ended_by": "bob"},
    {"ended_by": "bob", "ended_reason": "over"},
    {"ended": AT - timedelta(days=1), "ended_by": "bob", "ended_reason": "over"},
    {"ended": AT, "ended_by": "bob", "ended_reason": " "},
]


def test_what_is_granted_is_found(database: Database) -> None:
    """Every field comes back as it was, of exemptions and of corrections."""
    with database.writing() as connection:
        for one in (ORGANIZATION, KEY, NETWORK):
            Exemptions(connection).grant(one)
        Corrections(connection).grant(CORRECTED)
    with database.reading() as connection:
        known = Exemptions(connection)
        assert known.in_force(AT) == [ORGANIZATION, KEY, NETWORK]
        assert known.in_force(END) == [KEY]
        assert known.expired(END) == known.ending(AT, END) == [ORGANIZATION, NETWORK]
        assert known.lasting(bytes(32), Scope.KEY) == known.get("e-2") == KEY
        assert Corrections(connection).in_force(AT) == [CORRECTED]
        assert Corrections(connection).lasting("2a01:e00::/32") == CORRECTED


@pytest.mark.parametrize("facts", WRONG, ids="-".join)
def test_wrong_exemptions_are_refused(database: Database, facts: dict[str, Any]) -> None:
    """A subject of another scope, half an end, or no reason cannot be written, even by hand."""
    row: dict[str, Any] = {
        column.name: getattr(ORGANIZATION, column.name) for column in EXEMPTION.columns
    } | {"scope": "organization"}
    with pytest.raises(CannotRun, match="refuses"), database.writing() as connection:
        connection.execute(sa.insert(EXEMPTION).values(row | facts))


@pytest.mark.parametrize(
    "facts",
    [{"network": "20.0.1.0"}, {"region": "France"}, {"region": ""}, {"reason": ""}, {"ended": AT}],
    ids="-".join,
)
def test_wrong_corrections_are_refused(database: Database, facts: dict[str, Any]) -> None:
    """What is no network or no region cannot be written."""
    row = {column.name: getattr(CORRECTED, column.name) for column in CORRECTION.columns}
    row |= {"network": str(CORRECTED.network)}
    with pytest.raises(CannotRun, match="refuses"), database.writing() as connection:
        connection.execute(sa.insert(CORRECTION).values(row | facts))


@pytest.mark.parametrize("one", [ORGANIZATION, KEY, NETWORK], ids=lambda one: one.scope)
def test_one_each_that_has_not_ended(database: Database, one: Exemption) -> None:
    """A subject has one exemption at most; an ended one makes room, and ends once."""
    with database.writing() as connection:
        Exemptions(connection).grant(one)
    with pytest.raises(CannotRun, match="refuses"), database.writing() as connection:
        Exemptions(connection).grant(replace(one, id="e-9"))
    with database.writing() as connection:
        Exemptions(connection).end(one, AT, "bob", "over")
        Exemptions(connection).grant(replace(one, id="e-9"))
    with pytest.raises(AlreadyEnded), database.writing() as connection:
        Exemptions(connection).end(one, AT, "bob", "over")


def test_an_organization_is_forgotten(database: Database) -> None:
    """Of an erased organization no exemption is left, and of the others all."""
    with database.writing() as connection:
        known = Exemptions(connection)
        for one in (ORGANIZATION, KEY, NETWORK):
            known.grant(one)
        known.forget("acme")
        assert list(known.where()) == [NETWORK]


@pytest.mark.parametrize(
    "facts",
    [
        {"organization": None},
        {"key": bytes(32)},
        {"scope": Scope.NETWORK},
        {"holder": None},
        {"reason": "two\nlines"},
        {"expires": AT},
        {"expires": END.replace(microsecond=1)},
        {"expires": END.replace(tzinfo=None)},
        {"ended": AT - timedelta(days=1)},
    ],
    ids="-".join,
)
def test_wrong_exemptions_cannot_be_said(facts: dict[str, Any]) -> None:
    """The value itself refuses what the store would."""
    with pytest.raises(ValueError, match=r"."):
        replace(ORGANIZATION, **facts)
