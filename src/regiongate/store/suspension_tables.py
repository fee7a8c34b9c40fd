"""The tables of suspensions: what was proposed, on what evidence, and who else approved it.

A proposal and an approval are rows that never change; what has become of a proposal is what the
next step of its case says. The step `suspend` names the approval of the very proposal before it,
so there is none without two people, two families of evidence and a notice. What a foreign key
cannot say, triggers do (migration 0008): no open appeal, a notice that arrived, people who may.
"""

from __future__ import annotations

import sqlalchemy as sa

from regiongate.domain.evidence import ENOUGH
from regiongate.store.schema import METADATA, check
from regiongate.store.types import COUNT, Instant

KIND = sa.Table(
    "evidence_kind",
    METADATA,
    sa.Column("kind", sa.Text),
    sa.Column("family", sa.Text),
    sa.Column("weight", COUNT),
    sa.PrimaryKeyConstraint("kind", "family", "weight"),
    comment="Which kinds of evidence there are: domain.evidence.FAMILY and WEIGHT",
    sqlite_with_rowid=False,
    sqlite_strict=True,
)

PROPOSAL = sa.Table(
    "suspension",
    METADATA,
    sa.Column("case", COUNT, nullable=False),
    sa.Column("step", COUNT, nullable=False, comment="number of the step of the case"),
    sa.Column("proposed_by", sa.Text, nullable=False, comment="name of a person"),
    sa.Column("proposed_at", Instant, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("notice", sa.Text, nullable=False, comment="id of one that was delivered"),
    sa.PrimaryKeyConstraint("case", "step"),
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
    sa.Index("suspension_notice_ix", "notice"),
    comment="What a person proposed, and the notice it rests on",
    sqlite_with_rowid=False,
    sqlite_strict=True,
)

EVIDENCE = sa.Table(
    "suspension_evidence",
    METADATA,
    sa.Column("case", COUNT, nullable=False),
    sa.Column("step", COUNT, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("family", sa.Text, nullable=False, comment="what was observed"),
    sa.Column("weight", COUNT, nullable=False, comment="how reliable it is, 1 to 3"),
    sa.Column("first", Instant, nullable=False, comment="since when it held"),
    sa.Column("last", Instant, nullable=False, comment="until when it held"),
    sa.Column("detail", sa.Text, nullable=False, comment="canonical JSON: the numbers"),
    sa.PrimaryKeyConstraint("case", "step", "kind"),
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


APPROVAL = sa.Table(
    "suspension_approval",
    METADATA,
    sa.Column("case", COUNT, nullable=False),
    sa.Column("step", COUNT, nullable=False),
    sa.Column("proposed_by", sa.Text, nullable=False, comment="as the proposal says"),
    sa.Column("approved_by", sa.Text, nullable=False, comment="name of another person"),
    sa.Column("approved_at", Instant, nullable=False),
    sa.Column("one_kind", sa.Text, nullable=False, comment="of the evidence it rests on"),
    sa.Column("one_family", sa.Text, nullable=False),
    sa.Column("one_weight", COUNT, nullable=False),
    sa.Column("other_kind", sa.Text, nullable=False, comment="of the evidence it rests on as well"),
    sa.Column("other_family", sa.Text, nullable=False),
    sa.Column("other_weight", COUNT, nullable=False),
    sa.PrimaryKeyConstraint("case", "step"),
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
    *check("evidence_is_enough", f"one_weight + other_weight >= {ENOUGH}"),
    comment="That another person approved a proposal, and the two pieces of evidence it rests on",
    sqlite_with_rowid=False,
    sqlite_strict=True,
)
