"""What alembic runs to migrate: it uses the transaction that `store.migrate` has begun."""

from __future__ import annotations

from alembic import context

from regiongate.store.migrate import VERSION_TABLE
from regiongate.store.schema import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    version_table=VERSION_TABLE,
    transactional_ddl=True,
)
context.run_migrations()
