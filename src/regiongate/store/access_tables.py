"""The tables of access: tokens, login sessions, one-time logins, and answers kept for a while.

Secrets are known here by their SHA-256 only. Whatever lets somebody in goes with its person.
"""

from __future__ import annotations

import sqlalchemy as sa

from regiongate.domain.role import Role
from regiongate.store.schema import METADATA, check
from regiongate.store.types import COUNT, Instant

_ROLES = ", ".join(f"'{role}'" for role in Role)


def _person() -> sa.Column[str]:
    """Whom something lets in."""
    key = sa.ForeignKey("person.name", ondelete="CASCADE")
    return sa.Column("person", sa.Text, key, nullable=False)


def _digest(comment: str) -> sa.Column[str]:
    return sa.Column("digest", sa.Text, nullable=False, comment=comment)


def _is_sha256(column: str) -> tuple[sa.Constraint, ...]:
    return check(
        f"{column}_is_sha256",
        f"length({column}) = 64 AND {column} NOT GLOB '*[^0-9a-f]*'",
        f"{column} ~ '^[0-9a-f]{{64}}$'",
    )


def _lasts(begin: str, minutes: int) -> tuple[sa.Constraint, ...]:
    """A time that ends after it begins, and within so many minutes."""
    # A second is left for rounding: SQLite computes with days as floating-point numbers.
    return check(
        "lasts_for_a_while",
        f'"until" > {begin} AND (julianday("until") - julianday({begin})) * 1440'
        f" < {minutes} + 1 / 60.0",
        f'"until" > {begin} AND "until" - {begin}'
        f" < INTERVAL '{minutes} minutes' + INTERVAL '1 second'",
    )


TOKEN = sa.Table(
    "access_token",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),
    _person(),
    sa.Column("name", sa.Text, nullable=False, comment="what its person calls it"),
    sa.Column("role", sa.Text, nullable=False, comment="what it allows at most"),
    _digest("SHA-256 of the token in hexadecimal"),
    sa.Column("issued", Instant, nullable=False),
    sa.Column("until", Instant, nullable=False),
    sa.Column("used", Instant, comment="last use, to the hour; null: never"),
    sa.Column("revoked", Instant, comment="null: it is not"),
    sa.Column("revoked_by", sa.Text, comment="a person"),
    sa.UniqueConstraint("digest"),
    *check("name_is_given", "length(trim(name)) > 0 AND length(name) <= 100"),
    *check("role_is_known", f"role IN ({_ROLES})"),
    *_is_sha256("digest"),
    *_lasts("issued", 366 * 24 * 60),
    *check("used_once_it_was_there", "used IS NULL OR used >= issued"),
    *check(
        "revoked_is_told_whole",
        "(revoked IS NULL AND revoked_by IS NULL)"
        " OR (revoked IS NOT NULL AND revoked_by IS NOT NULL AND revoked >= issued)",
    ),
    sa.Index("access_token_person_ix", "person"),
    comment="What a program shows to be let in, in the name of a person",
    sqlite_with_rowid=False,
    sqlite_strict=True,
)

SESSION = sa.Table(
    "login_session",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),
    _person(),
    _digest("SHA-256 of what the browser shows, in hexadecimal"),
    sa.Column("how", sa.Text, nullable=False, comment="who vouched: one-time or oidc"),
    sa.Column("begun", Instant, nullable=False),
    sa.Column("seen", Instant, nullable=False, comment="last use, to the minute"),
    sa.Column("until", Instant, nullable=False),
    sa.UniqueConstraint("digest"),
    *check("how_is_known", "how IN ('one-time', 'oidc')"),
    *_is_sha256("digest"),
    *_lasts("begun", 8 * 60),
    *check("seen_while_it_lasts", 'seen >= begun AND seen <= "until"'),
    sa.Index("login_session_person_ix", "person"),
    sa.Index("login_session_until_ix", "until"),
    comment="Who is logged in with a browser",
    sqlite_with_rowid=False,
    sqlite_strict=True,
)

LOGIN = sa.Table(
    "login_code",
    METADATA,
    sa.Column("digest", sa.Text, primary_key=True, comment="SHA-256 of the code in hexadecimal"),
    _person(),
    sa.Column("made", Instant, nullable=False),
    sa.Column("until", Instant, nullable=False),
    *_is_sha256("digest"),
    *_lasts("made", 10),
    sa.Index("login_code_person_ix", "person"),
    comment="What lets a person log in once; it goes when it is redeemed",
    sqlite_with_rowid=False,
    sqlite_strict=True,
)

ANSWER = sa.Table(
    "kept_answer",
    METADATA,
    _person(),
    sa.Column("key", sa.Text, nullable=False, comment="chosen by who asks"),
    sa.Column("fingerprint", sa.Text, nullable=False, comment="SHA-256 of what was asked"),
    sa.Column("at", Instant, nullable=False),
    sa.Column("status", COUNT, comment="of HTTP; null: nothing is kept"),
    sa.Column("headers", sa.Text, comment="canonical JSON"),
    sa.Column("body", sa.LargeBinary),
    sa.PrimaryKeyConstraint("person", "key"),
    *check("key_is_given", "length(key) BETWEEN 1 AND 255"),
    *_is_sha256("fingerprint"),
    *check("status_is_of_http", "status BETWEEN 100 AND 599"),
    *check(
        "answer_is_whole",
        "(status IS NULL) = (headers IS NULL) AND (status IS NULL) = (body IS NULL)",
    ),
    sa.Index("kept_answer_at_ix", "at"),
    comment="What was answered to a change that somebody may ask for twice",
    sqlite_with_rowid=False,
    sqlite_strict=True,
)
