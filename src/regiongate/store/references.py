"""Rows that name others which are not there: no connection of ours can write them, others can.

SQLite holds to foreign keys only where a connection asks for it, so somebody who opens the file
with another program can write what the schema forbids. PostgreSQL always holds to them.
"""

from __future__ import annotations

from collections import Counter

import sqlalchemy as sa


def broken(connection: sa.Connection) -> dict[str, int]:
    """How many rows of each table name a row that is not there; empty where all is well."""
    if connection.dialect.name != "sqlite":
        return {}
    rows = connection.exec_driver_sql("PRAGMA foreign_key_check")
    return dict(sorted(Counter(str(row[0]) for row in rows).items()))
