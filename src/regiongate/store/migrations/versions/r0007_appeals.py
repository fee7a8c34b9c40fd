"""Appeals and their files."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from regiongate.store.schema import check
from regiongate.store.types import COUNT, Instant

revision = "0007"
down_revision = "0006"

_LASTING = (
    *("id", '"case"', "step", "state", "text", "opened", "opened_by", "due", "reopened_of"),
    *("round", "decided", "decided_by", "reason", "exemption", "correction"),
)


def upgrade() -> None:
    """Make the tables."""
    _appeal()
    _decided_is_final()
    _file()


def _appeal() -> None:
    op.create_table(
        "appeal",
        sa.Column("id", sa.Text),
        sa.Column("case", COUNT, nullable=False),
        sa.Column(
            "step", COUNT, nullable=False, comment="the last step of the case that it answers"
        ),
        sa.Column("state", sa.Text, nullable=False, comment="open, granted or denied"),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("mail", sa.Text, comment="address given with it; null: none"),
        sa.Column("network", sa.Text, comment="/24 or /48 it came from; null: not by the link"),
        sa.Column("opened", Instant, nullable=False),
        sa.Column("opened_by", sa.Text, nullable=False, comment="a person, or organization"),
        sa.Column("due", Instant, nullable=False, comment="by when it is to be answered"),
        sa.Column(
            "reopened_of", sa.Text, comment="id of the denied one that it reopens; null: none"
        ),
        sa.Column("reopened_state", sa.Text, comment="denied, where it reopens one"),
        sa.Column("reopened_round", COUNT, comment="1, where it reopens one"),
        sa.Column("reopened_decider", sa.Text, comment="who decided the one that it reopens"),
        sa.Column("round", COUNT, nullable=False, comment="1; 2: it reopens one"),
        sa.Column("decided", Instant, comment="null: it is open"),
        sa.Column("decided_by", sa.Text, comment="a person"),
        sa.Column("reason", sa.Text),
        sa.Column("exemption", sa.Text, comment="id of what it became; null: no exemption"),
        sa.Column("correction", sa.Text, comment="id of the first that it became; null: none"),
        sa.PrimaryKeyConstraint("id", name="appeal_pk"),
        *_references(),
        *_rules(),
        comment="What an organization says against what was found or decided in its case",
        sqlite_with_rowid=False,
        sqlite_strict=True,
    )
    op.create_index("appeal_case_ix", "appeal", ["case"])
    _index_of_open("appeal_one_open_each", "case", unique=True)
    _index_of_open("appeal_due_ix", "due", unique=False)


def _index_of_open(name: str, column: str, *, unique: bool) -> None:
    is_open = sa.text("state = 'open'")
    op.create_index(
        name, "appeal", [column], unique=unique, sqlite_where=is_open, postgresql_where=is_open
    )


def _references() -> tuple[sa.Constraint, ...]:
    return (
        sa.UniqueConstraint(
            "id", "case", "state", "round", "decided_by", name="appeal_is_what_is_reopened"
        ),
        sa.UniqueConstraint("reopened_of", name="appeal_is_reopened_once"),
        sa.ForeignKeyConstraint(
            ("case",), ("case_file.number",), name="appeal_case_fk", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ("case", "step"),
            ("case_step.case", "case_step.number"),
            name="appeal_answers_a_step",
        ),
        sa.ForeignKeyConstraint(
            ("reopened_of", "case", "reopened_state", "reopened_round", "reopened_decider"),
            ("appeal.id", "appeal.case", "appeal.state", "appeal.round", "appeal.decided_by"),
            name="appeal_reopens_another",
        ),
        sa.ForeignKeyConstraint(
            ("exemption", "id"),
            ("exemption.id", "exemption.appeal"),
            name="appeal_became_its_exemption",
        ),
        sa.ForeignKeyConstraint(
            ("correction", "id"),
            ("correction.id", "correction.appeal"),
            name="appeal_became_its_correction",
        ),
    )


def _rules() -> tuple[sa.Constraint, ...]:
    return (
        *check("text_is_given", "length(trim(text)) > 0 AND length(text) <= 10000"),
        *check("network_is_no_address", "network LIKE '%/24' OR network LIKE '%/48'"),
        *check("is_due_after_it_opens", "due > opened"),
        *check("reopens_a_denied_one", "reopened_state = 'denied' AND reopened_round = 1"),
        *check(
            "second_round_reopens",
            "(round = 1 AND reopened_of IS NULL AND reopened_state IS NULL"
            " AND reopened_round IS NULL AND reopened_decider IS NULL)"
            " OR (round = 2 AND reopened_of IS NOT NULL AND reopened_state IS NOT NULL"
            " AND reopened_round IS NOT NULL AND reopened_decider IS NOT NULL)",
        ),
        *check(
            "decision_is_whole",
            "(state = 'open' AND decided IS NULL AND decided_by IS NULL AND reason IS NULL)"
            " OR (state IN ('granted', 'denied') AND decided IS NOT NULL AND decided >= opened"
            " AND decided_by IS NOT NULL AND reason IS NOT NULL AND length(trim(reason)) > 0)",
        ),
        *check(
            "only_granted_become_one_thing",
            "(state = 'granted') = (exemption IS NOT NULL OR correction IS NOT NULL)"
            " AND (exemption IS NULL OR correction IS NULL)",
        ),
        *check("takes_another_to_decide", "decided_by <> opened_by"),
        *check("takes_another_to_decide_again", "decided_by <> reopened_decider"),
    )


def _decided_is_final() -> None:
    """From open an appeal becomes granted or denied; from there it becomes nothing else.

    Mail address and network may be forgotten after a time.
    """
    name, wrong = "appeal_decided_is_final", "OLD.state <> 'open'"
    change = f"UPDATE OF {', '.join(_LASTING)} ON appeal"
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {change} WHEN {wrong}"
            f" BEGIN SELECT RAISE(ABORT, '{name}'); END"
        )
        return
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" RAISE EXCEPTION '{name}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {name} BEFORE {change} FOR EACH ROW WHEN ({wrong})"
        f" EXECUTE FUNCTION {name}()"
    )


def _file() -> None:
    op.create_table(
        "appeal_file",
        sa.Column("appeal", sa.Text, nullable=False),
        sa.Column("number", COUNT, nullable=False, comment="from 1"),
        sa.Column("name", sa.Text, nullable=False, comment="cleaned; for people only"),
        sa.Column("kind", sa.Text, nullable=False, comment="by its content"),
        sa.Column("size", COUNT, nullable=False, comment="in bytes"),
        sa.Column("digest", sa.Text, nullable=False, comment="SHA-256 in hexadecimal"),
        sa.Column("content", sa.LargeBinary, comment="null: it was removed"),
        sa.Column("removed", Instant, comment="when the content was removed; null: it is there"),
        sa.PrimaryKeyConstraint("appeal", "number", name="appeal_file_pk"),
        sa.ForeignKeyConstraint(
            ("appeal",), ("appeal.id",), name="appeal_file_appeal_fk", ondelete="CASCADE"
        ),
        *check("files_are_few", "number BETWEEN 1 AND 5"),
        *check("size_is_limited", "size BETWEEN 1 AND 5242880"),
        *check("content_has_its_size", "content IS NULL OR length(content) = size"),
        *check("content_is_there_or_removed", "(content IS NULL) = (removed IS NOT NULL)"),
        *check("kind_is_known", "kind IN ('geofeed', 'pdf', 'png', 'jpeg', 'text')"),
        *check("digest_is_sha256", "length(digest) = 64"),
        *check("name_is_a_name", "length(trim(name)) > 0 AND name NOT LIKE '%/%'"),
        comment="Evidence that came with an appeal",
        sqlite_with_rowid=False,
        sqlite_strict=True,
    )
