"""For which models and features organizations call, by day."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from regiongate.store.schema import check
from regiongate.store.types import COUNT, Day

revision = "0013"
down_revision = "0012"

_TOKENS = ("tokens", "tokens_in", "tokens_out")


def upgrade() -> None:
    """Make the table; of what was saved before nobody knows the models."""
    op.create_table(
        "demand",
        sa.Column("organization", sa.Text, nullable=False, comment="id"),
        sa.Column("day", Day, nullable=False, comment="in UTC"),
        sa.Column(
            "model", sa.Text, nullable=False, comment="empty: no log said; other: one of many"
        ),
        sa.Column("feature", sa.Text, nullable=False, comment="of the path; empty: of none"),
        sa.Column("requests", COUNT, nullable=False, comment="all of them"),
        sa.Column("tokens", COUNT, comment="as far as logs said; null: none did"),
        sa.Column("tokens_in", COUNT, comment="of them those of what was asked; null: no log said"),
        sa.Column("tokens_out", COUNT, comment="of them those of the answers; null: no log said"),
        sa.PrimaryKeyConstraint("organization", "day", "model", "feature", name="demand_pk"),
        *check("requests_are_some", "requests > 0"),
        *check(
            "tokens_are_counted",
            " AND ".join(f"({name} IS NULL OR {name} >= 0)" for name in _TOKENS),
        ),
        comment="Requests of one organization for one model and feature on one day",
        sqlite_with_rowid=False,
        sqlite_strict=True,
    )
    op.create_index("demand_day_ix", "demand", ["day"])
