"""Cases and their steps."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from regiongate.store.schema import check
from regiongate.store.types import COUNT, Instant

revision = "0004"
down_revision = "0003"

_ALLOWED = """
 find found
found notice noticed
noticed remind reminded
reminded remind reminded
found restrict restricted
noticed restrict restricted
reminded restrict restricted
restricted propose suspension-proposed
suspension-proposed withdraw restricted
suspension-proposed suspend suspended
found exempt exempt
noticed exempt exempt
reminded exempt exempt
restricted exempt exempt
suspension-proposed exempt exempt
suspended exempt exempt
exempt lapse found
found release released
noticed release released
reminded release released
restricted release released
suspension-proposed release released
suspended release released
exempt release released
"""


def upgrade() -> None:
    """Make the tables, and write the allowed steps."""
    _allowed()
    _step()
    _case()
    _note()


def _allowed() -> None:
    made = op.create_table(
        "case_transition",
        sa.Column("before", sa.Text, comment="state; empty: there was no case"),
        sa.Column("step", sa.Text),
        sa.Column("after", sa.Text),
        sa.PrimaryKeyConstraint("before", "step", "after", name="case_transition_pk"),
        comment="Which steps a case may take: domain.case.TRANSITIONS",
        sqlite_with_rowid=False,
        sqlite_strict=True,
    )
    rows = [line.split(" ") for line in _ALLOWED.strip("\n").splitlines()]
    op.bulk_insert(made, [dict(zip(("before", "step", "after"), row, strict=True)) for row in rows])


def _step() -> None:
    op.create_table(
        "case_step",
        sa.Column("case", COUNT, nullable=False),
        sa.Column("number", COUNT, nullable=False, comment="from 1"),
        sa.Column("previous", COUNT, comment="the number before; null for the first"),
        sa.Column("before", sa.Text, nullable=False, comment="state; empty for the first"),
        sa.Column("step", sa.Text, nullable=False),
        sa.Column("after", sa.Text, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column(
            "actor", sa.Text, nullable=False, comment="a person, regiongate, or organization"
        ),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("suspension", COUNT, comment="number of the step that proposed it; null: none"),
        sa.PrimaryKeyConstraint("case", "number", name="case_step_pk"),
        sa.UniqueConstraint("case", "number", "after", name="case_step_reaches_one_state"),
        sa.ForeignKeyConstraint(
            ("before", "step", "after"),
            ("case_transition.before", "case_transition.step", "case_transition.after"),
            name="case_step_is_allowed",
        ),
        sa.ForeignKeyConstraint(
            ("case", "previous", "before"),
            ("case_step.case", "case_step.number", "case_step.after"),
            name="case_step_goes_on_from_the_one_before",
        ),
        *check(
            "steps_have_no_gap",
            "(number = 1 AND previous IS NULL AND before = '')"
            " OR (number > 1 AND previous = number - 1 AND before <> '')",
        ),
        *_sqlite_only(
            sa.ForeignKeyConstraint(
                ("case", "suspension"),
                ("suspension_approval.case", "suspension_approval.step"),
                name="case_step_suspends_what_was_approved",
                deferrable=True,
                initially="DEFERRED",
            )
        ),
        *check(
            "suspension_is_the_proposal_before",
            "(step = 'suspend') = (suspension IS NOT NULL)"
            " AND (suspension IS NULL OR suspension = previous)",
        ),
        *check("reason_is_given", "length(trim(reason)) > 0"),
        comment="One step of a case: when, by whom, and why",
        sqlite_with_rowid=False,
        sqlite_strict=True,
    )


def _sqlite_only(constraint: sa.ForeignKeyConstraint) -> tuple[sa.ForeignKeyConstraint, ...]:
    """What PostgreSQL gets in 0008, once there is the table that it names.

    SQLite does not ask for that table yet, and could not add the constraint to a table later.
    """
    return (constraint,) if op.get_bind().dialect.name == "sqlite" else ()


def _case() -> None:
    op.create_table(
        "case_file",
        sa.Column("number", COUNT, autoincrement=False),
        sa.Column("organization", sa.Text, nullable=False, comment="id"),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("steps", COUNT, nullable=False, comment="number of its last step"),
        sa.Column("opened", Instant, nullable=False),
        sa.Column("since", Instant, nullable=False, comment="instant of its last step"),
        sa.Column(
            "requests", COUNT, nullable=False, comment="in the sightings, at the last reconcile"
        ),
        sa.Column(
            "unsupported", COUNT, nullable=False, comment="of these, from unsupported regions"
        ),
        sa.Column("first", Instant, comment="of the earliest request from an unsupported region"),
        sa.Column("last", Instant, comment="of the latest request from an unsupported region"),
        sa.Column("loud", sa.Text, comment="what a person must look at; null: nothing"),
        sa.Column("appeal", sa.Text, comment="id of the open appeal; null: none is open"),
        sa.PrimaryKeyConstraint("number", name="case_file_pk"),
        sa.ForeignKeyConstraint(
            ("number", "steps", "state"),
            ("case_step.case", "case_step.number", "case_step.after"),
            name="case_file_is_where_its_last_step_led",
            deferrable=True,
            initially="DEFERRED",
        ),
        *check("places_are_requests", "unsupported >= 0 AND unsupported <= requests"),
        *check("seen_both_or_never", "(first IS NULL) = (last IS NULL)"),
        *check("first_comes_first", "first IS NULL OR first <= last"),
        *check("opens_before_it_goes_on", "opened <= since"),
        *check("no_proposal_under_appeal", "state <> 'suspension-proposed' OR appeal IS NULL"),
        comment="What becomes of one organization; one at most that is not released",
        sqlite_with_rowid=False,
        sqlite_strict=True,
    )
    is_open = sa.text("state <> 'released'")
    op.create_index(
        "case_file_one_open_each",
        "case_file",
        ["organization"],
        unique=True,
        sqlite_where=is_open,
        postgresql_where=is_open,
    )
    op.create_index("case_file_organization_ix", "case_file", ["organization"])
    op.create_index("case_file_state_ix", "case_file", ["state"])


def _note() -> None:
    op.create_table(
        "case_note",
        sa.Column("case", COUNT, nullable=False),
        sa.Column("number", COUNT, nullable=False, comment="from 1"),
        sa.Column("at", Instant, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("case", "number", name="case_note_pk"),
        sa.ForeignKeyConstraint(
            ("case",), ("case_file.number",), name="case_note_case_fk", ondelete="CASCADE"
        ),
        *check("text_is_given", "length(trim(text)) > 0"),
        comment="What a person wrote about a case",
        sqlite_with_rowid=False,
        sqlite_strict=True,
    )
