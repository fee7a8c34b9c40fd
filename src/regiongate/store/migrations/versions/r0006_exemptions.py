"""Exemptions and corrections."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from regiongate.store.schema import check
from regiongate.store.types import Instant

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the tables."""
    _exemption()
    _correction()


def _exemption() -> None:
    op.create_table(
        "exemption",
        sa.Column("id", sa.Text),
        sa.Column("scope", sa.Text, nullable=False, comment="organization, key or network"),
        sa.Column("organization", sa.Text, comment="id"),
        sa.Column("key", sa.Text, comment="SHA-256 digest in hexadecimal"),
        sa.Column("network", sa.Text, comment="in CIDR form"),
        sa.Column(
            "holder", sa.Text, comment="id of the organization that is told of it; null: none"
        ),
        *_granted_for_a_time(),
        sa.PrimaryKeyConstraint("id", name="exemption_pk"),
        sa.UniqueConstraint("id", "appeal", name="exemption_is_of_its_appeal"),
        *check(
            "subject_is_of_its_scope",
            "(scope = 'organization' AND organization IS NOT NULL AND key IS NULL"
            " AND network IS NULL AND holder IS NOT NULL AND holder = organization)"
            " OR (scope = 'key' AND organization IS NULL AND key IS NOT NULL AND network IS NULL)"
            " OR (scope = 'network' AND organization IS NULL AND key IS NULL"
            " AND network IS NOT NULL)",
        ),
        *check("key_is_a_digest", "key IS NULL OR length(key) = 64"),
        *check("network_is_cidr", "network IS NULL OR network LIKE '%_/_%'"),
        *_rules(),
        comment="What the region rules do not apply to, why, by whose word, until when",
        sqlite_with_rowid=False,
        sqlite_strict=True,
    )
    for column in ("organization", "key", "network"):
        _once("exemption", column)
    op.create_index("exemption_holder_ix", "exemption", ["holder"])


def _correction() -> None:
    op.create_table(
        "correction",
        sa.Column("id", sa.Text),
        sa.Column("network", sa.Text, nullable=False, comment="in CIDR form"),
        sa.Column("region", sa.Text, nullable=False, comment="ISO 3166-1 or 3166-2"),
        *_granted_for_a_time(),
        sa.PrimaryKeyConstraint("id", name="correction_pk"),
        sa.UniqueConstraint("id", "appeal", name="correction_is_of_its_appeal"),
        *check("network_is_cidr", "network LIKE '%_/_%'"),
        *check("region_has_the_shape_of_a_code", "region LIKE '__' OR region LIKE '__-_%'"),
        *_rules(),
        comment="Where a network really is, why, by whose word, until when",
        sqlite_with_rowid=False,
        sqlite_strict=True,
    )
    _once("correction", "network")


def _granted_for_a_time() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("approver", sa.Text, nullable=False, comment="a person"),
        sa.Column("granted", Instant, nullable=False),
        sa.Column("expires", Instant, comment="null: it was said that it has no end"),
        sa.Column("ended", Instant, comment="null: nobody has ended it"),
        sa.Column("ended_by", sa.Text, comment="a person, or regiongate"),
        sa.Column("ended_reason", sa.Text),
        sa.Column("appeal", sa.Text, comment="id of the appeal that it was granted in; null: none"),
    )


def _rules() -> tuple[sa.Constraint, ...]:
    return (
        *check("reason_is_given", "length(trim(reason)) > 0 AND length(trim(approver)) > 0"),
        *check("ends_after_it_began", "expires IS NULL OR expires > granted"),
        *check(
            "ends_at_a_whole_second",
            "expires IS NULL OR expires LIKE '%.000000Z'",
            "expires IS NULL OR expires = date_trunc('second', expires)",
        ),
        *check(
            "ended_is_told_whole",
            "(ended IS NULL AND ended_by IS NULL AND ended_reason IS NULL)"
            " OR (ended >= granted AND length(trim(ended_by)) > 0"
            " AND length(trim(ended_reason)) > 0"
            " AND ended IS NOT NULL AND ended_by IS NOT NULL AND ended_reason IS NOT NULL)",
        ),
    )


def _once(table: str, column: str) -> None:
    holds = sa.text("ended IS NULL")
    op.create_index(
        f"{table}_one_each_{column}",
        table,
        [column],
        unique=True,
        sqlite_where=holds,
        postgresql_where=holds,
    )
