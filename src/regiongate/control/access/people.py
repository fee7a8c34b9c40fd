"""People: who is added, given another role, and removed. Somebody can always manage the others."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from regiongate.control.acting import acting
from regiongate.domain.errors import CannotRun
from regiongate.domain.role import Act, Person, Role
from regiongate.store.people import LastAdmin, People


def add_person(connection: sa.Connection, person: Person, by: str | None, at: datetime) -> Person:
    """Add a person. The first of all needs nobody's leave, and must be an admin.

    Raises CannotRun for whoever may not, and where the name is known.
    """
    people = People(connection)
    people.hold()
    if not people.all():
        if person.role is not Role.ADMIN:
            raise CannotRun("the first person manages the others: add an admin")
        people.add(person, at, person.name)
        return person
    actor = acting(connection, _said(by), Act.MANAGE_PEOPLE)
    if not people.add(person, at, actor.name):
        raise CannotRun(f"{person.name} is known already: regiongate person change")
    return person


def first_person(connection: sa.Connection, at: datetime) -> Person:
    """An admin who is known; where nobody is, `local` is added as one."""
    people = People(connection)
    people.hold()
    known = people.all()
    if not known:
        return add_person(connection, Person("local", Role.ADMIN), None, at)
    return next(person for person in known if person.role is Role.ADMIN)


def change_person(
    connection: sa.Connection, name: str, role: Role, by: str, at: datetime
) -> Person:
    """Give a person another role. Raises CannotRun, for the last admin too."""
    people = People(connection)
    people.hold()
    actor = acting(connection, by, Act.MANAGE_PEOPLE)
    known = _known(people, name)
    if known.role is role:
        raise CannotRun(f"{name} is {role} already")
    try:
        return people.change(known, role, at, actor.name)
    except LastAdmin:
        raise _last(name) from None


def remove_person(connection: sa.Connection, name: str, by: str, at: datetime) -> Person:
    """Remove a person; what they did stays theirs. Raises CannotRun, for the last admin too."""
    people = People(connection)
    people.hold()
    actor = acting(connection, by, Act.MANAGE_PEOPLE)
    known = _known(people, name)
    try:
        people.remove(known, at, actor.name)
    except LastAdmin:
        raise _last(name) from None
    return known


def _said(by: str | None) -> str:
    if by is None:
        raise CannotRun("people are known here, so say who adds one: --as NAME")
    return by


def _known(people: People, name: str) -> Person:
    found = people.get(name)
    if found is None:
        raise CannotRun(f"nobody here is called {name!r}: regiongate person list")
    return found


def _last(name: str) -> CannotRun:
    return CannotRun(f"{name} is the last admin: make somebody else one before")
