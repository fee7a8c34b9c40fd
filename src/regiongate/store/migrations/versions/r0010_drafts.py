"""Drafts of policies, which somebody else publishes than wrote them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from regiongate.store.schema import check
from regiongate.store.types import COUNT, Instant

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "policy_draft",
        sa.Column("number", COUNT, primary_key=True, autoincrement=False, comment="from 1"),
        sa.Column("text", sa.Text, nullable=False, comment="the whole policy file"),
        sa.Column("base", sa.Text, comment="generation in force when it was written; null: none"),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("decided_by", sa.Text, comment="who published or withdrew it"),
        sa.Column("decided_at", Instant),
        sa.Column("generation", sa.Text, comment="what it became"),
        *check("state_is_known", "state IN ('proposed', 'published', 'withdrawn')"),
        *check("decided_by_somebody", "(state = 'proposed') = (decided_by IS NULL)"),
        *check("decided_at_some_time", "(decided_by IS NULL) = (decided_at IS NULL)"),
        *check("four_eyes", "state <> 'published' OR decided_by <> \"by\""),
        *check("published_as_something", "(state = 'published') = (generation IS NOT NULL)"),
        comment="Policies written by one person and published by another",
        sqlite_with_rowid=False,
        sqlite_strict=True,
    )
