"""A glance at the store: one statement that reads, and nothing begun around it."""

from __future__ import annotations

from contextlib import suppress

from regiongate.control.access.people import add_person
from regiongate.store.database import Database
from regiongate.store.people import People
from tests.support.access import MEI
from tests.support.profiles import NOON


def test_a_glance_sees_what_is_kept(database: Database) -> None:
    """And the connection that it used begins transactions again as before."""
    with database.glancing() as connection:
        assert People(connection).all() == []
    with suppress(ZeroDivisionError), database.writing() as connection:
        add_person(connection, MEI, None, NOON)
        with database.glancing() as other:
            assert People(other).all() == []
        raise ZeroDivisionError
    with database.writing() as connection:
        add_person(connection, MEI, None, NOON)
    with database.glancing() as connection:
        assert People(connection).all() == [MEI]
