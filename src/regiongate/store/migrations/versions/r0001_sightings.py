"""Sightings, the files and logs that they come from, and the lines that could not be counted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from regiongate.store.schema import check
from regiongate.store.types import COUNT, Day, Instant

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the first tables."""
    _sighting()
    _saved_file()
    _followed_log()
    _rejected_line()


def _sighting() -> None:
    verdicts = ("allowed", "warned", "blocked", "suspended", "handed_over")
    op.create_table(
        "sighting",
        _text("organization", "id; empty: the log named none"),
        _text("key", "digest or public prefix; empty: the log named none"),
        _text("network", "/24 or /48 in CIDR form"),
        _text("region", "ISO 3166-1 or 3166-2; empty: no source knows"),
        sa.Column("day", Day, nullable=False, comment="in UTC"),
        _count("requests", "all of them"),
        _count("unsupported", "requests from unsupported places"),
        _count("disputed", "requests from disputed places"),
        _count("anonymized", "requests through Tor, VPN or proxy"),
        sa.Column("tokens", COUNT, comment="as far as logs said; null: none did"),
        sa.Column("first", Instant, nullable=False, comment="of the earliest request"),
        sa.Column("last", Instant, nullable=False, comment="of the latest request"),
        *(_count(name, "requests that an ordinary one gets so") for name in verdicts),
        sa.PrimaryKeyConstraint(
            *("organization", "key", "network", "region", "day"), name="sighting_pk"
        ),
        *check("network_is_cidr", "network LIKE '%/24' OR network LIKE '%/48'"),
        *check("requests_are_some", "requests > 0"),
        *check(
            "places_are_requests",
            "unsupported >= 0 AND disputed >= 0 AND unsupported + disputed <= requests",
        ),
        *check("anonymized_are_requests", "anonymized >= 0 AND anonymized <= requests"),
        *check("tokens_are_counted", "tokens IS NULL OR tokens >= 0"),
        *check(
            "verdicts_add_up",
            "allowed >= 0 AND warned >= 0 AND blocked >= 0 AND suspended >= 0"
            " AND handed_over >= 0"
            " AND allowed + warned + blocked + suspended + handed_over = requests",
        ),
        *check("first_comes_first", "first <= last"),
        *check(
            "times_are_of_the_day",
            "length(first) = 27 AND length(last) = 27 AND date(day) = day"
            " AND substr(first, 1, 10) = day AND substr(last, 1, 10) = day",
            "(first AT TIME ZONE 'UTC')::date = day AND (last AT TIME ZONE 'UTC')::date = day",
        ),
        comment="What one organization did with one key from one network and region on one day",
        sqlite_with_rowid=False,
        sqlite_strict=True,
    )
    op.create_index("sighting_day_ix", "sighting", ["day"])


def _saved_file() -> None:
    op.create_table(
        "saved_file",
        _text("digest", "SHA-256 of the content, decompressed"),
        _text("head", "SHA-256 of the first line"),
        _count("bytes", "of the content, decompressed"),
        _text("name", "what it was called, for people only"),
        sa.Column("saved_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="saved_file_pk"),
        *check("digests_are_sha256", "length(digest) = 64 AND length(head) = 64"),
        *check("content_is_counted", "bytes >= 0"),
        comment="A file whose rows are in the sightings; its content, not its name, tells it apart",
        sqlite_with_rowid=False,
        sqlite_strict=True,
    )
    op.create_index("saved_file_head_ix", "saved_file", ["head"])


def _followed_log() -> None:
    op.create_table(
        "followed_log",
        _text("head", "SHA-256 of the first line"),
        _text("name", "path under which it is written"),
        _count("begun", "byte at which following began"),
        _count("position", "byte up to which its lines are counted"),
        _count("lines", "lines between the two"),
        _count("rejected", "lines without a time or an address"),
        _text("state", "open, finished, or lost: gone too early"),
        sa.Column("read_at", Instant, nullable=False, comment="when the position last moved"),
        sa.PrimaryKeyConstraint("head", name="followed_log_pk"),
        *check("head_is_sha256", "length(head) = 64"),
        *check("position_moves_on", "begun >= 0 AND position >= begun"),
        *check("rejected_are_lines", "rejected >= 0 AND rejected <= lines"),
        *check("lines_have_bytes", "lines <= position - begun"),
        *check("state_is_known", "state IN ('open', 'finished', 'lost')"),
        comment="One file of a followed log; its first line, not its name or inode, tells it apart",
        sqlite_with_rowid=False,
        sqlite_strict=True,
    )
    op.create_index("followed_log_name_ix", "followed_log", ["name"])


def _rejected_line() -> None:
    op.create_table(
        "rejected_line",
        sa.Column("log", sa.Text, nullable=False),
        _count("position", "byte at which the line begins"),
        _count("length", "bytes of the line"),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column(
            "content", sa.LargeBinary, nullable=False, comment="its first 4096 bytes, untouched"
        ),
        sa.PrimaryKeyConstraint("log", "position", name="rejected_line_pk"),
        sa.ForeignKeyConstraint(
            ["log"], ["followed_log.head"], name="rejected_line_log_fk", ondelete="CASCADE"
        ),
        *check("place_is_counted", "position >= 0 AND length >= length(content)"),
        comment="A line of a followed log that is in no sighting, and why",
        sqlite_with_rowid=False,
        sqlite_strict=True,
    )


def _text(name: str, comment: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, comment=comment)


def _count(name: str, comment: str) -> sa.Column[int]:
    return sa.Column(name, COUNT, nullable=False, comment=comment)
