"""Bring the schema of a store up to date, one process at a time."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from regiongate.domain.errors import CannotRun

VERSION_TABLE = "regiongate_schema"
"""Where the revision stands; a name of our own, for a database that others use too."""

_LOCK = 0x7265676774  # "reggt": of PostgreSQL's advisory locks, the one for changing our schema.


def is_due(connection: sa.Connection) -> bool:
    """Whether the schema is older than this program. Raises CannotRun when it is newer."""
    script = ScriptDirectory.from_config(_config())
    found, newest = _revision(connection), script.get_current_head()
    if found is None or found == newest:
        return found != newest
    if found not in {revision.revision for revision in script.walk_revisions()}:
        where = connection.engine.url.render_as_string(hide_password=True)
        message = f"the store {where} has the schema {found}, this regiongate knows {newest}"
        raise CannotRun(f"{message} and older ones: update regiongate")
    return True


def upgrade(connection: sa.Connection) -> None:
    """Upgrade within the transaction of `connection`, after whoever else is at it."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
    if is_due(connection):
        command.upgrade(_config(connection), "head")


def _revision(connection: sa.Connection) -> str | None:
    context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
    return context.get_current_revision()


def _config(connection: sa.Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    config.attributes["connection"] = connection
    return config
