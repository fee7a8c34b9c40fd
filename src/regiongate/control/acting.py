"""Who acts, and whether their role lets them."""

from __future__ import annotations

import sqlalchemy as sa

from regiongate.domain.errors import CannotRun
from regiongate.domain.role import Act, Person, require
from regiongate.store.people import People


def acting(connection: sa.Connection, name: str, act: Act) -> Person:
    """The person with a name, who may do this. Raises CannotRun for anybody else."""
    people = People(connection)
    found = people.get(name)
    if found is None:
        raise CannotRun(_unknown(name, anybody=bool(people.all())))
    require(found, act)
    return found


def _unknown(name: str, anybody: bool) -> str:
    if not anybody:
        begin = "begin with: regiongate person add NAME --role admin"
        return f"nobody is known here, so nobody may act: {begin}"
    return f"nobody here is called {name!r}: an admin adds people with: regiongate person add"
