"""Evidence, proposals of suspension and their approval; without it no case is suspended."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from regiongate.store.schema import check
from regiongate.store.types import COUNT, Instant

revision = "0008"
down_revision = "0007"

_KINDS = (
    ("traffic", "location", 2),
    ("many-countries", "location", 1),
    ("anonymizers", "location", 1),
    ("billing", "payment", 2),
    ("card", "payment", 2),
    ("phone", "phone", 1),
    ("registration", "company", 3),
    ("ownership", "company", 3),
)

_UNDER_APPEAL = """
NEW.step IN ('propose', 'suspend') AND (
  EXISTS (SELECT 1 FROM case_file WHERE number = NEW."case" AND appeal IS NOT NULL)
  OR EXISTS (SELECT 1 FROM appeal WHERE appeal."case" = NEW."case" AND state = 'open'))
"""
_NOTICE_ARRIVED = """
NOT EXISTS (
  SELECT 1 FROM notice WHERE id = NEW.notice AND notice."case" = NEW."case"
  AND state = 'accepted' AND bounced_at IS NULL)
"""
_NOT_PROPOSED = """
NOT EXISTS (
  SELECT 1 FROM case_step WHERE "case" = NEW."case" AND number = NEW.step
  AND case_step.step = 'propose' AND actor = NEW.proposed_by)
"""
_NOTICE_BOUNCED = """
NEW.suspension IS NOT NULL AND NOT EXISTS (
  SELECT 1 FROM suspension JOIN notice ON notice.id = suspension.notice
  WHERE suspension."case" = NEW."case" AND suspension.step = NEW.suspension
  AND notice.state = 'accepted' AND notice.bounced_at IS NULL)
"""
_NOT_THEIRS = """
NOT EXISTS (SELECT 1 FROM person WHERE name = NEW.approved_by AND role = 'approver')
OR NOT EXISTS (
  SELECT 1 FROM person WHERE name = NEW.proposed_by AND role IN ('operator', 'approver'))
"""


def upgrade() -> None:
    """Make the tables, write the kinds of evidence, and bind the steps of cases to them."""
    _kind()
    _proposal()
    _evidence()
    _approval()
    if op.get_bind().dialect.name == "postgresql":
        op.create_foreign_key(
            "case_step_suspends_what_was_approved",
            "case_step",
            "suspension_approval",
            ["case", "suspension"],
            ["case", "step"],
            deferrable=True,
            initially="DEFERRED",
        )
    step = ("case", "step", "previous", "suspension")
    _refuse("case_step_not_under_appeal", "case_step", step, _UNDER_APPEAL)
    _refuse("case_step_after_a_notice_that_arrived", "case_step", step, _NOTICE_BOUNCED)
    _refuse("suspension_notice_arrived", "suspension", ("case", "notice"), _NOTICE_ARRIVED)
    proposed = ("case", "step", "proposed_by")
    _refuse("suspension_is_what_was_proposed", "suspension", proposed, _NOT_PROPOSED)
    people = ("proposed_by", "approved_by")
    _refuse("suspension_approval_by_those_who_may", "suspension_approval", people, _NOT_THEIRS)


def _refuse(name: str, table: str, columns: Sequence[str], wrong: str) -> None:
    """Let no row be written, nor one of these columns changed, where `wrong` is so."""
    execute = op.get_bind().exec_driver_sql
    changed = "UPDATE OF " + ", ".join(f'"{column}"' for column in columns)
    if op.get_bind().dialect.name == "sqlite":
        for when, suffix in (("INSERT", ""), (changed, "_still")):
            execute(
                f"CREATE TRIGGER {name}{suffix} BEFORE {when} ON {table} WHEN {wrong}"
                f" BEGIN SELECT RAISE(ABORT, '{name}'); END"
            )
        return
    execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {wrong} THEN"
        f" RAISE EXCEPTION '{name}' USING ERRCODE = 'integrity_constraint_violation';"
        " END IF; RETURN NEW; END $$"
    )
    execute(
        f"CREATE TRIGGER {name} BEFORE INSERT OR {changed} ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION {name}()"
    )


def _kind() -> None:
    made = op.create_table(
        "evidence_kind",
        sa.Column("kind", sa.Text),
        sa.Column("family", sa.Text),
        sa.Column("weight", COUNT),
        sa.PrimaryKeyConstraint("kind", "family", "weight", name="evidence_kind_pk"),
        comment="Which kinds of evidence there are: domain.evidence.FAMILY and WEIGHT",
        sqlite_with_rowid=False,
        sqlite_strict=True,
    )
    names = ("kind", "family", "weight")
    op.bulk_insert(made, [dict(zip(names, row, strict=True)) for row in _KINDS])


def _proposal() -> None:
    op.create_table(
        "suspension",
        sa.Column("case", COUNT, nullable=False),
        sa.Column("step", COUNT, nullable=False, comment="number of the step of the case"),
        sa.Column("proposed_by", sa.Text, nullable=False, comment="name of a person"),
        sa.Column("proposed_at", Instant, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("notice", sa.Text, nullable=False, comment="id of one that was delivered"),
        sa.PrimaryKeyConstraint("case", "step", name="suspension_pk"),
        sa.UniqueConstraint("case", "step", "proposed_by", name="suspension_proposed_by_one"),
        sa.ForeignKeyConstraint(
            ("case", "step"),
            ("case_step.case", "case_step.number"),
            name="suspension_is_a_step",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ("notice",),
            ("notice.id",),
            name="suspension_notice_fk",
            deferrable=True,
            initially="DEFERRED",
        ),
        *check("reason_is_given", "length(trim(reason)) > 0"),
        comment="What a person proposed, and the notice it rests on",
        sqlite_with_rowid=False,
        sqlite_strict=True,
    )
    op.create_index("suspension_notice_ix", "suspension", ["notice"])


def _evidence() -> None:
    op.create_table(
        "suspension_evidence",
        sa.Column("case", COUNT, nullable=False),
        sa.Column("step", COUNT, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("family", sa.Text, nullable=False, comment="what was observed"),
        sa.Column("weight", COUNT, nullable=False, comment="how reliable it is, 1 to 3"),
        sa.Column("first", Instant, nullable=False, comment="since when it held"),
        sa.Column("last", Instant, nullable=False, comment="until when it held"),
        sa.Column("detail", sa.Text, nullable=False, comment="canonical JSON: the numbers"),
        sa.PrimaryKeyConstraint("case", "step", "kind", name="suspension_evidence_pk"),
        sa.UniqueConstraint(
            "case", "step", "kind", "family", "weight", name="suspension_evidence_is_of_one_kind"
        ),
        sa.ForeignKeyConstraint(
            ("case", "step"),
            ("suspension.case", "suspension.step"),
            name="suspension_evidence_suspension_fk",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ("kind", "family", "weight"),
            ("evidence_kind.kind", "evidence_kind.family", "evidence_kind.weight"),
            name="suspension_evidence_kind_fk",
        ),
        *check("first_comes_first", "first <= last"),
        comment="What speaks for a proposed suspension",
        sqlite_with_rowid=False,
        sqlite_strict=True,
    )


def _ground(name: str) -> sa.ForeignKeyConstraint:
    columns = ("case", "step", f"{name}_kind", f"{name}_family", f"{name}_weight")
    known = ("case", "step", "kind", "family", "weight")
    return sa.ForeignKeyConstraint(
        columns,
        [f"suspension_evidence.{column}" for column in known],
        name=f"suspension_approval_{name}_fk",
        ondelete="CASCADE",
    )


def _approval() -> None:
    op.create_table(
        "suspension_approval",
        sa.Column("case", COUNT, nullable=False),
        sa.Column("step", COUNT, nullable=False),
        sa.Column("proposed_by", sa.Text, nullable=False, comment="as the proposal says"),
        sa.Column("approved_by", sa.Text, nullable=False, comment="name of another person"),
        sa.Column("approved_at", Instant, nullable=False),
        sa.Column("one_kind", sa.Text, nullable=False, comment="of the evidence it rests on"),
        sa.Column("one_family", sa.Text, nullable=False),
        sa.Column("one_weight", COUNT, nullable=False),
        sa.Column(
            "other_kind", sa.Text, nullable=False, comment="of the evidence it rests on as well"
        ),
        sa.Column("other_family", sa.Text, nullable=False),
        sa.Column("other_weight", COUNT, nullable=False),
        sa.PrimaryKeyConstraint("case", "step", name="suspension_approval_pk"),
        sa.ForeignKeyConstraint(
            ("case", "step", "proposed_by"),
            ("suspension.case", "suspension.step", "suspension.proposed_by"),
            name="suspension_approval_suspension_fk",
            ondelete="CASCADE",
        ),
        _ground("one"),
        _ground("other"),
        *check("two_people_decide", "approved_by <> proposed_by"),
        *check("two_families_speak", "one_family <> other_family"),
        *check("evidence_is_enough", "one_weight + other_weight >= 4"),
        comment="That another person approved a proposal, and the two pieces of evidence"
        " it rests on",
        sqlite_with_rowid=False,
        sqlite_strict=True,
    )
