"""People: the first of them, what their roles let them do, and the admin who is always left."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from itertools import product

import pytest

from regiongate.control.access.people import add_person, change_person, remove_person
from regiongate.control.acting import acting
from regiongate.domain.audit import Tag
from regiongate.domain.errors import CannotRun
from regiongate.domain.role import MAY, Act, Person, Role
from regiongate.store.audit import AuditTrail
from regiongate.store.database import Database
from regiongate.store.people import People
from tests.support.profiles import NOON
from tests.support.stores import database, postgresql, store_url

__all__ = ["database", "postgresql", "store_url"]

MEI, LI = Person("mei", Role.ADMIN), Person("li", Role.VIEWER)


def _begin(database: Database) -> None:
    with database.writing() as connection:
        add_person(connection, MEI, None, NOON)
        add_person(connection, LI, "mei", NOON)


def test_the_first_person_is_an_admin(database: Database) -> None:
    """Nobody is there to add them; from then on somebody must."""
    with pytest.raises(CannotRun, match="first person"), database.writing() as connection:
        add_person(connection, LI, None, NOON)
    _begin(database)
    with pytest.raises(CannotRun, match="say who"), database.writing() as connection:
        add_person(connection, Person("wu", Role.VIEWER), None, NOON)
    with pytest.raises(CannotRun, match="known already"), database.writing() as connection:
        add_person(connection, LI, "mei", NOON)
    with database.reading() as connection:
        assert People(connection).all() == [LI, MEI]


def test_only_admins_manage_people(database: Database) -> None:
    """Every other role is refused, and so is whoever is unknown."""
    _begin(database)
    refused = {"who": "nobody here is called 'who'"}
    with database.writing() as connection:
        for role in (Role.VIEWER, Role.OPERATOR, Role.APPROVER):
            add_person(connection, Person(role.value, role), "mei", NOON)
            refused[role.value] = f"{role} is {role}"
    for name, message in refused.items():
        with pytest.raises(CannotRun, match=message), database.writing() as connection:
            change_person(connection, "li", Role.ADMIN, name, NOON)
        with pytest.raises(CannotRun, match=message), database.writing() as connection:
            remove_person(connection, "li", name, NOON)


def test_the_last_admin_stays(database: Database) -> None:
    """Neither removed nor given another role; with a second one, both can be done."""
    _begin(database)
    with pytest.raises(CannotRun, match="last admin"), database.writing() as connection:
        change_person(connection, "mei", Role.OPERATOR, "mei", NOON)
    with pytest.raises(CannotRun, match="last admin"), database.writing() as connection:
        remove_person(connection, "mei", "mei", NOON)
    with database.writing() as connection:
        change_person(connection, "li", Role.ADMIN, "mei", NOON)
        remove_person(connection, "mei", "li", NOON)
        assert People(connection).all() == [Person("li", Role.ADMIN)]


def test_two_admins_cannot_remove_each_other_at_once(database: Database) -> None:
    """Of the two who try at the same moment, one stays."""
    _begin(database)
    with database.writing() as connection:
        change_person(connection, "li", Role.ADMIN, "mei", NOON)

    def remove(name: str, by: str) -> bool:
        try:
            with database.writing() as connection:
                remove_person(connection, name, by, NOON)
        except CannotRun:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(remove, ("mei", "li"), ("li", "mei")))
    assert sorted(done) == [False, True]
    with database.reading() as connection:
        assert len(People(connection).all()) == 1


def test_a_change_needs_one(database: Database) -> None:
    """The same role again, and nobody by that name, are refused."""
    _begin(database)
    with pytest.raises(CannotRun, match="viewer already"), database.writing() as connection:
        change_person(connection, "li", Role.VIEWER, "mei", NOON)
    with pytest.raises(CannotRun, match="'wu'"), database.writing() as connection:
        remove_person(connection, "wu", "mei", NOON)


def test_every_change_is_in_the_trail(database: Database) -> None:
    """With who did it, to whom, and both roles."""
    _begin(database)
    with database.writing() as connection:
        change_person(connection, "li", Role.OPERATOR, "mei", NOON)
        remove_person(connection, "li", "mei", NOON)
    with database.reading() as connection:
        said = [(one.tag, one.content) for one in AuditTrail(connection).entries()]
    found = [(tag, one.actor, json.loads(one.detail)) for tag, one in said if one is not None]
    assert found == [
        (Tag.PERSON_ADDED, "mei", {"person": "mei", "role": "admin"}),
        (Tag.PERSON_ADDED, "mei", {"person": "li", "role": "viewer"}),
        (Tag.PERSON_CHANGED, "mei", {"person": "li", "before": "viewer", "role": "operator"}),
        (Tag.PERSON_REMOVED, "mei", {"person": "li", "role": "operator"}),
    ]


def test_a_role_decides(database: Database) -> None:
    """Whoever's role is in the table may, and nobody else."""
    with database.writing() as connection:
        add_person(connection, Person("admin", Role.ADMIN), None, NOON)
        for role in (Role.VIEWER, Role.OPERATOR, Role.APPROVER):
            add_person(connection, Person(role.value, role), "admin", NOON)
    with database.reading() as connection:
        for act, role in product(Act, Role):
            if role in MAY[act]:
                assert acting(connection, role.value, act) == Person(role.value, role)
            else:
                with pytest.raises(CannotRun, match=f"to {act} takes"):
                    acting(connection, role.value, act)


def test_in_an_empty_store_nobody_acts(database: Database) -> None:
    """And the message says how to begin."""
    refused = pytest.raises(CannotRun, match="person add NAME --role admin")
    with refused, database.reading() as connection:
        acting(connection, "mei", Act.READ)
