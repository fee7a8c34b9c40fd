"""Wrong states of organizations and people cannot be written, by whatever statement."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from regiongate.domain.errors import CannotRun
from regiongate.store.database import Database
from regiongate.store.organization_tables import (
    CONTACT,
    FACT,
    HOLDING,
    KEY,
    ORGANIZATION,
    OWNER,
)
from regiongate.store.people import PERSON
from tests.support.profiles import NOON, STATED

_CARD = {"name": "N", "plan": None, "card": "0" * 32, "dossier": None}
ROWS: dict[sa.Table, dict[str, Any]] = {
    PERSON: {"name": "li", "role": "admin", "since": NOON},
    ORGANIZATION: {"id": "other", **_CARD, "since": NOON, "changed": NOON},
    CONTACT: {
        "organization": "acme",
        "address": "a@b.example",
        "language": "en",
        "verified": True,
        "place": 1,
        "bad_since": None,
        "bad_reason": None,
    },
    KEY: {"digest": "0" * 64, "organization": "acme", "prefix": None},
    FACT: {
        "organization": "acme",
        "number": 1,
        "kind": "billing",
        "country": "CN",
        "since": None,
        "until": None,
        "source": "invoices",
        "stated": STATED,
    },
    OWNER: {"id": "h2", "organization": None, "name": "H2", "country": None},
    HOLDING: {
        "owned": "acme",
        "owner": "h1",
        "numerator": 1,
        "denominator": 2,
        "source": "register",
        "stated": STATED,
    },
}
WRONG: list[tuple[sa.Table, dict[str, Any]]] = [
    (PERSON, {"role": "boss"}),
    (PERSON, {"name": "Li"}),
    (PERSON, {"name": "-li"}),
    (PERSON, {"name": "l i"}),
    (PERSON, {"name": ""}),
    (ORGANIZATION, {"id": "acme"}),
    (ORGANIZATION, {"id": "a,b"}),
    (ORGANIZATION, {"id": "a b"}),
    (ORGANIZATION, {"id": "ä"}),
    (ORGANIZATION, {"id": "x" * 257}),
    (ORGANIZATION, {"name": " "}),
    (ORGANIZATION, {"plan": ""}),
    (ORGANIZATION, {"card": "0"}),
    (ORGANIZATION, {"changed": NOON - timedelta(seconds=1)}),
    (CONTACT, {"organization": "nobody"}),
    (CONTACT, {"address": "@"}),
    (CONTACT, {"language": ""}),
    (CONTACT, {"verified": None}),
    (CONTACT, {"place": 0}),
    (CONTACT, {"bad_since": NOON}),
    (CONTACT, {"bad_reason": "gone"}),
    (KEY, {"organization": "nobody"}),
    (KEY, {"digest": "A" * 64}),
    (KEY, {"digest": "0" * 63}),
    (KEY, {"prefix": "x" * 17}),
    (FACT, {"organization": "nobody"}),
    (FACT, {"kind": "nationality"}),
    (FACT, {"country": "cn"}),
    (FACT, {"country": "CHN"}),
    (FACT, {"since": STATED, "until": STATED - timedelta(days=1)}),
    (FACT, {"source": ""}),
    (FACT, {"stated": None}),
    (OWNER, {"organization": "acme"}),
    (OWNER, {"id": "other", "organization": "other", "name": None}),
    (OWNER, {"name": None}),
    (OWNER, {"id": "acme", "organization": "acme", "name": None, "country": "CN"}),
    (OWNER, {"country": "chn"}),
    (HOLDING, {"owner": "nobody"}),
    (HOLDING, {"owned": "nobody"}),
    (HOLDING, {"owner": "acme"}),
    (HOLDING, {"numerator": 0}),
    (HOLDING, {"numerator": 3}),
    (HOLDING, {"numerator": 1, "denominator": 10**9 + 1}),
    (HOLDING, {"source": " "}),
]


def _prepare(database: Database) -> None:
    acme = {"id": "acme", **_CARD, "since": NOON, "changed": NOON}
    with database.writing() as connection:
        connection.execute(sa.insert(ORGANIZATION).values(acme))
        parties = [
            {"id": "acme", "organization": "acme", "name": None, "country": None},
            {"id": "h1", "organization": None, "name": "H1", "country": "SG"},
        ]
        connection.execute(sa.insert(OWNER), parties)


@pytest.mark.parametrize("table", ROWS, ids=lambda table: table.name)
def test_what_cannot_be_is_refused(database: Database, table: sa.Table) -> None:
    """One wrong value in a row that is right without it."""
    _prepare(database)
    for wrong in (values for of, values in WRONG if of is table):
        refused = pytest.raises(CannotRun, match="refuses")
        with refused, database.writing() as connection:
            connection.execute(sa.insert(table).values(ROWS[table] | wrong))
            pytest.fail(f"{table.name} took {wrong}")


def test_what_can_be_is_taken(database: Database) -> None:
    """The rows that the wrong ones differ from; with the organization go all of its parts."""
    _prepare(database)
    with database.writing() as connection:
        for table, row in ROWS.items():
            connection.execute(sa.insert(table).values(row))
    with database.writing() as connection:
        connection.execute(sa.delete(ORGANIZATION).where(ORGANIZATION.c.id == "acme"))
        for table in (CONTACT, KEY, FACT, HOLDING):
            assert connection.execute(sa.select(table)).all() == []


def test_a_key_is_one_organizations(database: Database) -> None:
    """Two cannot have the same."""
    _prepare(database)
    with pytest.raises(CannotRun, match="refuses"), database.writing() as connection:
        connection.execute(sa.insert(ORGANIZATION).values(ROWS[ORGANIZATION]))
        connection.execute(sa.insert(KEY).values(ROWS[KEY]))
        connection.execute(sa.insert(KEY).values(ROWS[KEY] | {"organization": "other"}))


def test_days_are_days(database: Database) -> None:
    """They come back as they were."""
    _prepare(database)
    with database.writing() as connection:
        connection.execute(sa.insert(FACT).values(ROWS[FACT] | {"since": date(2020, 2, 29)}))
        assert connection.execute(sa.select(FACT.c.since)).scalar_one() == date(2020, 2, 29)
