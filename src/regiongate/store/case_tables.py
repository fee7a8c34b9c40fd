"""The tables of cases, and of the steps that made them what they are.

The allowed steps are rows themselves. A step names the one before it with the state that it left,
and a case names its last step with the state that it reached, so a history has no gaps and ends
in the state of its case.
"""

from __future__ import annotations

import sqlalchemy as sa

from regiongate.store.schema import METADATA, check
from regiongate.store.types import COUNT, Instant

NOWHERE = ""
"""How the store writes the state before the first step: in a foreign key a null means nothing."""

_LOUD = sa.text("loud IS NOT NULL")

ALLOWED = sa.Table(
    "case_transition",
    METADATA,
    sa.Column("before", sa.Text, comment="state; empty: there was no case"),
    sa.Column("step", sa.Text),
    sa.Column("after", sa.Text),
    sa.PrimaryKeyConstraint("before", "step", "after"),
    comment="Which steps a case may take: domain.case.TRANSITIONS",
    sqlite_with_rowid=False,
    sqlite_strict=True,
)

CASE = sa.Table(
    "case_file",
    METADATA,
    sa.Column("number", COUNT, primary_key=True, autoincrement=False),
    sa.Column("organization", sa.Text, nullable=False, comment="id"),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("steps", COUNT, nullable=False, comment="number of its last step"),
    sa.Column("opened", Instant, nullable=False),
    sa.Column("since", Instant, nullable=False, comment="instant of its last step"),
    sa.Column("requests", COUNT, nullable=False, comment="in the sightings, at the last reconcile"),
    sa.Column("unsupported", COUNT, nullable=False, comment="of these, from unsupported regions"),
    sa.Column("first", Instant, comment="of the earliest request from an unsupported region"),
    sa.Column("last", Instant, comment="of the latest request from an unsupported region"),
    sa.Column("loud", sa.Text, comment="what a person must look at; null: nothing"),
    sa.Column("appeal", sa.Text, comment="id of the open appeal; null: none is open"),
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
    # A suspension is reached from a proposal only, so an open appeal keeps a case from both.
    *check("no_proposal_under_appeal", "state <> 'suspension-proposed' OR appeal IS NULL"),
    sa.Index(
        "case_file_one_open_each",
        "organization",
        unique=True,
        sqlite_where=sa.text("state <> 'released'"),
        postgresql_where=sa.text("state <> 'released'"),
    ),
    sa.Index("case_file_organization_ix", "organization"),
    sa.Index("case_file_state_ix", "state"),
    sa.Index("case_file_since_ix", "since", "number"),
    sa.Index("case_file_unsupported_ix", "unsupported", "number"),
    sa.Index("case_file_last_ix", "last", "number"),
    sa.Index("case_file_loud_ix", "number", sqlite_where=_LOUD, postgresql_where=_LOUD),
    comment="What becomes of one organization; one at most that is not released",
    sqlite_with_rowid=False,
    sqlite_strict=True,
)

STEP = sa.Table(
    "case_step",
    METADATA,
    sa.Column("case", COUNT, nullable=False),
    sa.Column("number", COUNT, nullable=False, comment="from 1"),
    sa.Column("previous", COUNT, comment="the number before; null for the first"),
    sa.Column("before", sa.Text, nullable=False, comment="state; empty for the first"),
    sa.Column("step", sa.Text, nullable=False),
    sa.Column("after", sa.Text, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("actor", sa.Text, nullable=False, comment="a person, regiongate, or organization"),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("suspension", COUNT, comment="number of the step that proposed it; null: none"),
    sa.PrimaryKeyConstraint("case", "number"),
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
    sa.ForeignKeyConstraint(
        ("case", "suspension"),
        ("suspension_approval.case", "suspension_approval.step"),
        name="case_step_suspends_what_was_approved",
        deferrable=True,
        initially="DEFERRED",
        use_alter=True,  # A proposal is a step itself, so the two tables name each other.
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

NOTE = sa.Table(
    "case_note",
    METADATA,
    sa.Column("case", COUNT, sa.ForeignKey("case_file.number", ondelete="CASCADE")),
    sa.Column("number", COUNT, nullable=False, comment="from 1"),
    sa.Column("at", Instant, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.PrimaryKeyConstraint("case", "number"),
    *check("text_is_given", "length(trim(text)) > 0"),
    comment="What a person wrote about a case",
    sqlite_with_rowid=False,
    sqlite_strict=True,
)
