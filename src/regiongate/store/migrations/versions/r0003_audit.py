"""The audit trail: events, their contents, the head, and what refuses to change them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from regiongate.store.schema import check
from regiongate.store.types import COUNT, Instant

revision = "0003"
down_revision = "0002"

_START = "0" * 64


def upgrade() -> None:
    """Make the tables with an empty chain, and the triggers."""
    _event()
    _content()
    _head()
    _refuse("audit_event", "UPDATE", "DELETE")
    _refuse("audit_content", "UPDATE")
    _refuse("audit_head", "DELETE")


def _event() -> None:
    op.create_table(
        "audit_event",
        sa.Column("number", COUNT, autoincrement=False, comment="from 1, no gap"),
        sa.Column("at", Instant, nullable=False),
        sa.Column("tag", sa.Text, nullable=False, comment="subject:what"),
        sa.Column("digest", sa.Text, nullable=False, comment="SHA-256 of the salted content"),
        sa.Column(
            "previous", sa.Text, nullable=False, comment="hash of the event before; zeros: none"
        ),
        sa.Column("hash", sa.Text, nullable=False, comment="SHA-256 over all columns before"),
        sa.PrimaryKeyConstraint("number", name="audit_event_pk"),
        *check("digests_are_sha256", "length(digest) = 64 AND length(hash) = 64"),
        *check("only_the_first_begins", f"(number = 1) = (previous = '{_START}')"),
        *check("numbers_count_from_one", "number >= 1"),
        *check("tag_has_a_subject", "tag LIKE '%_:_%'"),
        comment="What happened, chained by hash; no row ever changes or goes",
        sqlite_with_rowid=False,
        sqlite_strict=True,
    )


def _content() -> None:
    op.create_table(
        "audit_content",
        sa.Column("number", COUNT, autoincrement=False),
        sa.Column("salt", sa.Text, nullable=False, comment="16 random bytes in hexadecimal"),
        sa.Column(
            "actor", sa.Text, nullable=False, comment="a person, regiongate, or organization"
        ),
        sa.Column("organization", sa.Text, comment="id; null: about none"),
        sa.Column("detail", sa.Text, nullable=False, comment="canonical JSON"),
        sa.PrimaryKeyConstraint("number", name="audit_content_pk"),
        sa.ForeignKeyConstraint(
            ("number",), ("audit_event.number",), name="audit_content_number_fk"
        ),
        *check("salt_is_whole", "length(salt) = 32"),
        comment="What an event says and of whom; it may be erased, never changed",
        sqlite_with_rowid=False,
        sqlite_strict=True,
    )
    op.create_index("audit_content_organization_ix", "audit_content", ["organization"])


def _head() -> None:
    made = op.create_table(
        "audit_head",
        sa.Column("only", COUNT, autoincrement=False, comment="1: there is one head"),
        sa.Column("number", COUNT, nullable=False, comment="of the last event; 0: there is none"),
        sa.Column(
            "hash", sa.Text, nullable=False, comment="of the last event; zeros: there is none"
        ),
        sa.PrimaryKeyConstraint("only", name="audit_head_pk"),
        *check("there_is_one", '"only" = 1'),
        *check("hash_is_sha256", "length(hash) = 64"),
        *check("nothing_has_no_hash", f"number >= 0 AND (number = 0) = (hash = '{_START}')"),
        comment="The end of the chain; whoever writes events holds this row until the commit",
        sqlite_with_rowid=False,
        sqlite_strict=True,
    )
    op.bulk_insert(made, [{"only": 1, "number": 0, "hash": _START}])


def _refuse(table: str, *changes: str) -> None:
    """A second line of defence, against a mistake; against intent the chain is the proof."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    for change in changes:
        name, reason = f"{table}_no_{change.lower()}", f"no row of {table} can {change}"
        if sqlite:
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {change} ON {table}"
                f" BEGIN SELECT RAISE(ABORT, '{reason}'); END"
            )
        else:
            op.execute(
                f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS"
                f" $$ BEGIN RAISE EXCEPTION '{reason}'; END $$"
            )
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {change} ON {table}"
                f" FOR EACH ROW EXECUTE FUNCTION {name}()"
            )
