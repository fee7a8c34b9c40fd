"""The catalogue of all tables, and how their constraints are named."""

from __future__ import annotations

import sqlalchemy as sa

METADATA = sa.MetaData(
    naming_convention={
        "pk": "%(table_name)s_pk",
        "fk": "%(table_name)s_%(column_0_name)s_fk",
        "uq": "%(table_name)s_%(column_0_name)s_once",
        "ix": "%(table_name)s_%(column_0_name)s_ix",
        "ck": "%(table_name)s_%(constraint_name)s",
    }
)
"""A constraint has a name, so a migration can speak of it and a refusal says what was wrong."""


def check(name: str, sqlite: str, postgresql: str | None = None) -> tuple[sa.Constraint, ...]:
    """What must hold of each row; `postgresql` where that database says it in other words."""
    if postgresql is None:
        return (sa.CheckConstraint(sqlite, name=name),)
    return (
        _only(sa.CheckConstraint(sqlite, name=name), "sqlite"),
        _only(sa.CheckConstraint(postgresql, name=name), "postgresql"),
    )


def _only(constraint: sa.CheckConstraint, dialect: str) -> sa.CheckConstraint:
    constraint.ddl_if(dialect=dialect)
    return constraint
