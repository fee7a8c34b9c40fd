"""How values stand in a column, on SQLite and on PostgreSQL alike."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeEngine

COUNT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
"""A whole number of 64 bits; SQLite's strict tables know it as INTEGER."""

SORTED = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
"""Text that sorts by its code points, in whatever language a PostgreSQL was set up."""


class Day(sa.types.TypeDecorator[date]):
    """A date in UTC: DATE on PostgreSQL, the text `2024-07-09` on SQLite."""

    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The column's own type."""
        native = dialect.name == "postgresql"
        return dialect.type_descriptor(sa.Date() if native else sa.Text())

    def process_bind_param(self, value: date | None, dialect: Dialect) -> Any:
        """To the database."""
        return value if value is None or dialect.name == "postgresql" else value.isoformat()

    def process_result_value(self, value: Any, dialect: Dialect) -> date | None:
        """From the database."""
        return value if value is None or dialect.name == "postgresql" else date.fromisoformat(value)


class Instant(sa.types.TypeDecorator[datetime]):
    """An instant: TIMESTAMPTZ on PostgreSQL; on SQLite text of one length, so that it sorts.

    The text is `2024-07-09T07:00:00.000000Z`. An instant without a time zone is refused.
    """

    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The column's own type."""
        native = dialect.name == "postgresql"
        return dialect.type_descriptor(sa.TIMESTAMP(timezone=True) if native else sa.Text())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """To the database."""
        if value is None:
            return None
        if value.utcoffset() is None:
            raise ValueError(f"{value.isoformat()} has no time zone")
        if dialect.name == "postgresql":
            return value
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """From the database, in UTC."""
        if value is None:
            return None
        return (
            value if dialect.name == "postgresql" else datetime.fromisoformat(value)
        ).astimezone(UTC)
