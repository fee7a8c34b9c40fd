"""Tokens, login sessions, one-time logins, and answers kept for a while."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from regiongate.store.schema import check
from regiongate.store.types import COUNT, Instant

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Make the tables."""
    _token()
    _session()
    _login()
    _answer()


def _person(table: str) -> tuple[sa.Column[str], sa.ForeignKeyConstraint]:
    key = sa.ForeignKeyConstraint(
        ("person",), ("person.name",), name=f"{table}_person_fk", ondelete="CASCADE"
    )
    return sa.Column("person", sa.Text, nullable=False), key


def _is_sha256(column: str) -> tuple[sa.Constraint, ...]:
    return check(
        f"{column}_is_sha256",
        f"length({column}) = 64 AND {column} NOT GLOB '*[^0-9a-f]*'",
        f"{column} ~ '^[0-9a-f]{{64}}$'",
    )


def _lasts(begin: str, minutes: int) -> tuple[sa.Constraint, ...]:
    # A second is left for rounding: SQLite computes with days as floating-point numbers.
    return check(
        "lasts_for_a_while",
        f'"until" > {begin} AND (julianday("until") - julianday({begin})) * 1440'
        f" < {minutes} + 1 / 60.0",
        f'"until" > {begin} AND "until" - {begin}'
        f" < INTERVAL '{minutes} minutes' + INTERVAL '1 second'",
    )


def _token() -> None:
    op.create_table(
        "access_token",
        sa.Column("id", sa.Text),
        *_person("access_token"),
        sa.Column("name", sa.Text, nullable=False, comment="what its person calls it"),
        sa.Column("role", sa.Text, nullable=False, comment="what it allows at most"),
        sa.Column("digest", sa.Text, nullable=False, comment="SHA-256 of the token in hexadecimal"),
        sa.Column("issued", Instant, nullable=False),
        sa.Column("until", Instant, nullable=False),
        sa.Column("used", Instant, comment="last use, to the hour; null: never"),
        sa.Column("revoked", Instant, comment="null: it is not"),
        sa.Column("revoked_by", sa.Text, comment="a person"),
        sa.PrimaryKeyConstraint("id", name="access_token_pk"),
        sa.UniqueConstraint("digest", name="access_token_digest_once"),
        *check("name_is_given", "length(trim(name)) > 0 AND length(name) <= 100"),
        *check("role_is_known", "role IN ('viewer', 'operator', 'approver', 'admin')"),
        *_is_sha256("digest"),
        *_lasts("issued", 366 * 24 * 60),
        *check("used_once_it_was_there", "used IS NULL OR used >= issued"),
        *check(
            "revoked_is_told_whole",
            "(revoked IS NULL AND revoked_by IS NULL)"
            " OR (revoked IS NOT NULL AND revoked_by IS NOT NULL AND revoked >= issued)",
        ),
        comment="What a program shows to be let in, in the name of a person",
        sqlite_with_rowid=False,
        sqlite_strict=True,
    )
    op.create_index("access_token_person_ix", "access_token", ["person"])


def _session() -> None:
    op.create_table(
        "login_session",
        sa.Column("id", sa.Text),
        *_person("login_session"),
        sa.Column(
            "digest",
            sa.Text,
            nullable=False,
            comment="SHA-256 of what the browser shows, in hexadecimal",
        ),
        sa.Column("how", sa.Text, nullable=False, comment="who vouched: one-time or oidc"),
        sa.Column("begun", Instant, nullable=False),
        sa.Column("seen", Instant, nullable=False, comment="last use, to the minute"),
        sa.Column("until", Instant, nullable=False),
        sa.PrimaryKeyConstraint("id", name="login_session_pk"),
        sa.UniqueConstraint("digest", name="login_session_digest_once"),
        *check("how_is_known", "how IN ('one-time', 'oidc')"),
        *_is_sha256("digest"),
        *_lasts("begun", 8 * 60),
        *check("seen_while_it_lasts", 'seen >= begun AND seen <= "until"'),
        comment="Who is logged in with a browser",
        sqlite_with_rowid=False,
        sqlite_strict=True,
    )
    op.create_index("login_session_person_ix", "login_session", ["person"])
    op.create_index("login_session_until_ix", "login_session", ["until"])


def _login() -> None:
    op.create_table(
        "login_code",
        sa.Column("digest", sa.Text, nullable=False, comment="SHA-256 of the code in hexadecimal"),
        *_person("login_code"),
        sa.Column("made", Instant, nullable=False),
        sa.Column("until", Instant, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="login_code_pk"),
        *_is_sha256("digest"),
        *_lasts("made", 10),
        comment="What lets a person log in once; it goes when it is redeemed",
        sqlite_with_rowid=False,
        sqlite_strict=True,
    )
    op.create_index("login_code_person_ix", "login_code", ["person"])


def _answer() -> None:
    op.create_table(
        "kept_answer",
        *_person("kept_answer"),
        sa.Column("key", sa.Text, nullable=False, comment="chosen by who asks"),
        sa.Column("fingerprint", sa.Text, nullable=False, comment="SHA-256 of what was asked"),
        sa.Column("at", Instant, nullable=False),
        sa.Column("status", COUNT, comment="of HTTP; null: nothing is kept"),
        sa.Column("headers", sa.Text, comment="canonical JSON"),
        sa.Column("body", sa.LargeBinary),
        sa.PrimaryKeyConstraint("person", "key", name="kept_answer_pk"),
        *check("key_is_given", "length(key) BETWEEN 1 AND 255"),
        *_is_sha256("fingerprint"),
        *check("status_is_of_http", "status BETWEEN 100 AND 599"),
        *check(
            "answer_is_whole",
            "(status IS NULL) = (headers IS NULL) AND (status IS NULL) = (body IS NULL)",
        ),
        comment="What was answered to a change that somebody may ask for twice",
        sqlite_with_rowid=False,
        sqlite_strict=True,
    )
    op.create_index("kept_answer_at_ix", "kept_answer", ["at"])
