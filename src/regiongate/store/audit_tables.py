"""The tables of the audit trail: events, their contents, and the head."""

from __future__ import annotations

import sqlalchemy as sa

from regiongate.domain import chain
from regiongate.store.schema import METADATA, check
from regiongate.store.types import COUNT, Instant

EVENT = sa.Table(
    "audit_event",
    METADATA,
    sa.Column("number", COUNT, primary_key=True, autoincrement=False, comment="from 1, no gap"),
    sa.Column("at", Instant, nullable=False),
    sa.Column("tag", sa.Text, nullable=False, comment="subject:what"),
    sa.Column("digest", sa.Text, nullable=False, comment="SHA-256 of the salted content"),
    sa.Column("previous", sa.Text, nullable=False, comment="hash of the event before; zeros: none"),
    sa.Column("hash", sa.Text, nullable=False, comment="SHA-256 over all columns before"),
    *check("digests_are_sha256", "length(digest) = 64 AND length(hash) = 64"),
    *check("only_the_first_begins", f"(number = 1) = (previous = '{chain.START}')"),
    *check("numbers_count_from_one", "number >= 1"),
    *check("tag_has_a_subject", "tag LIKE '%_:_%'"),
    sa.Index("audit_event_tag_ix", "tag", "number"),
    sa.Index("audit_event_at_ix", "at", "number"),
    comment="What happened, chained by hash; no row ever changes or goes",
    sqlite_with_rowid=False,
    sqlite_strict=True,
)

CONTENT = sa.Table(
    "audit_content",
    METADATA,
    sa.Column("number", COUNT, sa.ForeignKey("audit_event.number"), primary_key=True),
    sa.Column("salt", sa.Text, nullable=False, comment="16 random bytes in hexadecimal"),
    sa.Column("actor", sa.Text, nullable=False, comment="a person, regiongate, or organization"),
    sa.Column("organization", sa.Text, comment="id; null: about none"),
    sa.Column("detail", sa.Text, nullable=False, comment="canonical JSON"),
    *check("salt_is_whole", f"length(salt) = {2 * chain.SALT_BYTES}"),
    sa.Index("audit_content_organization_ix", "organization"),
    sa.Index("audit_content_actor_ix", "actor", "number"),
    comment="What an event says and of whom; it may be erased, never changed",
    sqlite_with_rowid=False,
    sqlite_strict=True,
)

HEAD = sa.Table(
    "audit_head",
    METADATA,
    sa.Column("only", COUNT, primary_key=True, autoincrement=False, comment="1: there is one head"),
    sa.Column("number", COUNT, nullable=False, comment="of the last event; 0: there is none"),
    sa.Column("hash", sa.Text, nullable=False, comment="of the last event; zeros: there is none"),
    *check("there_is_one", '"only" = 1'),
    *check("hash_is_sha256", "length(hash) = 64"),
    *check("nothing_has_no_hash", f"number >= 0 AND (number = 0) = (hash = '{chain.START}')"),
    comment="The end of the chain; whoever writes events holds this row until the commit",
    sqlite_with_rowid=False,
    sqlite_strict=True,
)
