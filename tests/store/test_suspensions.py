"""Suspensions in the store: what the schema refuses, whoever writes it and however."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from regiongate.domain.case import Case, Step
from regiongate.domain.errors import CannotRun
from regiongate.domain.evidence import Evidence, EvidenceKind
from regiongate.store.appeals import APPEAL
from regiongate.store.case_tables import CASE, STEP
from regiongate.store.cases import Cases
from regiongate.store.database import Database
from regiongate.store.notice_tables import NOTICE
from regiongate.store.people import PERSON
from regiongate.store.suspension_tables import APPROVAL, EVIDENCE, KIND, PROPOSAL
from regiongate.store.suspensions import Proposal, Suspensions, kinds
from tests.support.suspensions import AT, BLOCK, NOTICE_ID, deliver, prepared

BILLING = Evidence(EvidenceKind.BILLING, BLOCK, AT, {"countries": ["CN"]})
TRAFFIC = Evidence(EvidenceKind.TRAFFIC, BLOCK, AT, {"requests": 3})
HIDDEN = Evidence(EvidenceKind.ANONYMIZERS, BLOCK, AT, {"requests": 2})
PHONE = Evidence(EvidenceKind.PHONE, BLOCK, AT, {"countries": ["CN"]})
ALL = (BILLING, TRAFFIC, HIDDEN, PHONE)
PROPOSED = 4
"""The step of a case that proposes."""


def _proposed(database: Database, evidence: Sequence[Evidence] = ALL) -> Case:
    """A case of which ann has proposed the suspension."""
    case = prepared(database)
    with database.writing() as connection:
        case = Cases(connection).take(case, Step.PROPOSE, AT, "ann", "all of it")
        proposal = Proposal(1, case.steps, "ann", AT, "all of it", NOTICE_ID, tuple(evidence))
        Suspensions(connection).propose(proposal)
    assert case.steps == PROPOSED
    return case


def _approval(one: Evidence = BILLING, other: Evidence = TRAFFIC, **facts: Any) -> sa.Insert:
    row = {
        "case": 1,
        "step": PROPOSED,
        "proposed_by": "ann",
        "approved_by": "bob",
        "approved_at": AT,
        **{f"one_{name}": getattr(one, name) for name in ("kind", "family", "weight")},
        **{f"other_{name}": getattr(other, name) for name in ("kind", "family", "weight")},
    }
    return sa.insert(APPROVAL).values(row | facts)


def _suspension(number: int = 5, **facts: Any) -> list[sa.Executable]:
    """The step that suspends and the case that it moves, as somebody would write them by hand."""
    row = {
        "case": 1,
        "number": number,
        "previous": number - 1,
        "before": "suspension-proposed",
        "step": "suspend",
        "after": "suspended",
        "at": AT,
        "actor": "ann",
        "reason": "by hand",
        "suspension": number - 1,
    }
    step = sa.insert(STEP).values(row | facts)
    return [step, sa.update(CASE).values(state="suspended", steps=number)]


def _write(database: Database, *statements: sa.Executable) -> None:
    with database.writing() as connection:
        for statement in statements:
            connection.execute(statement)


def _refused(database: Database, constraint: str, *statements: sa.Executable) -> None:
    """All of it is refused; SQLite names a foreign key by what it is only."""
    names = constraint
    if database.engine.dialect.name == "sqlite":
        names = f"{constraint}|FOREIGN KEY constraint failed"
    with pytest.raises(CannotRun, match=names):
        _write(database, *statements)
    with database.reading() as connection:
        state = connection.execute(sa.select(CASE.c.state)).scalar_one()
    assert state != "suspended"


def test_the_store_knows_the_kinds_of_evidence(database: Database) -> None:
    """The rows of the migration are the families and weights of the domain."""
    with database.reading() as connection:
        rows = [dict(row._mapping) for row in connection.execute(sa.select(KIND))]
    assert sorted(rows, key=str) == sorted((dict(row) for row in kinds()), key=str)


def test_what_two_approved_can_be_carried_out(database: Database) -> None:
    """With an approval by another person on two families the step can be written, by hand too."""
    _proposed(database)
    _write(database, _approval(), *_suspension())
    with database.reading() as connection:
        assert connection.execute(sa.select(CASE.c.state)).scalar_one() == "suspended"


def test_not_without_an_approval(database: Database) -> None:
    """Nothing is suspended that nobody approved, nor by naming no proposal or another one."""
    _proposed(database)
    _refused(database, "case_step_suspends_what_was_approved", *_suspension())
    _refused(database, "suspension_is_the_proposal_before", *_suspension(suspension=None))
    _write(database, _approval())
    _refused(database, "after_a_notice_that_arrived", *_suspension(suspension=3))
    _refused(database, "suspension_is_the_proposal_before", sa.update(STEP).values(suspension=4))


def test_not_by_one_person(database: Database) -> None:
    """Who proposed cannot approve, not under another spelling, and not as who they are not."""
    _proposed(database)
    with database.writing() as connection:
        connection.execute(sa.update(PERSON).where(PERSON.c.name == "ann").values(role="approver"))
    _refused(database, "two_people_decide", _approval(approved_by="ann"), *_suspension())
    theirs = "suspension_approval_by_those_who_may"
    for name in ("Ann", "ann ", "vera", "nobody"):
        _refused(database, theirs, _approval(approved_by=name), *_suspension())
    # Another name for who proposed would let the one who did approve.
    stranger = _approval(proposed_by="carla", approved_by="ann")
    _refused(database, "suspension_approval_suspension_fk", stranger, *_suspension())
    renamed = sa.update(PROPOSAL).values(proposed_by="carla")
    _refused(database, "suspension_is_what_was_proposed", renamed)


def test_not_on_location_alone(database: Database) -> None:
    """Two kinds of one family do not do, nor evidence that is not there or of another family."""
    _proposed(database, (TRAFFIC, HIDDEN, PHONE))
    _refused(
        database, "two_families_speak", _approval(TRAFFIC, HIDDEN, other_weight=3), *_suspension()
    )
    _refused(database, "two_families_speak", _approval(TRAFFIC, TRAFFIC), *_suspension())
    invented = _approval(TRAFFIC, HIDDEN, other_family="payment", other_weight=2)
    _refused(database, "suspension_approval_other_fk", invented, *_suspension())
    _refused(database, "suspension_approval_one_fk", _approval(BILLING, TRAFFIC), *_suspension())
    for facts in ({"family": "payment"}, {"weight": 3}, {"kind": "nationality"}):
        wrong = sa.update(EVIDENCE).where(EVIDENCE.c.kind == "anonymizers").values(facts)
        _refused(database, "suspension_evidence_kind_fk", wrong)


def test_not_on_two_hints(database: Database) -> None:
    """Two families that weigh too little together do not do."""
    _proposed(database)
    _refused(database, "evidence_is_enough", _approval(TRAFFIC, PHONE), *_suspension())


def test_evidence_of_another_case_does_not_do(database: Database) -> None:
    """An approval rests on evidence of its own proposal."""
    _proposed(database, (TRAFFIC,))
    _write(
        database,
        sa.insert(STEP).values(
            case=2, number=1, before="", step="find", after="found", at=AT, actor="x", reason="y"
        ),
        sa.insert(CASE).values(
            number=2, organization="other", state="found", steps=1, opened=AT, since=AT,
            requests=1, unsupported=1,
        ),
    )  # fmt: skip
    row = {"kind": "billing", "family": "payment", "weight": 2, "first": BLOCK, "last": AT}
    elsewhere = sa.insert(EVIDENCE).values({"case": 2, "step": 1, "detail": "{}"} | row)
    _refused_on(database, "suspension_evidence_suspension_fk", elsewhere)
    _refused_on(database, "suspension_approval_one_fk", _approval())


def _refused_on(database: Database, constraint: str, statement: sa.Executable) -> None:
    match = constraint if database.engine.dialect.name == "postgresql" else "FOREIGN KEY"
    with pytest.raises(CannotRun, match=match):
        _write(database, statement)


def test_not_under_an_open_appeal(database: Database) -> None:
    """While an appeal is open no step towards a suspension can be written."""
    case = prepared(database)
    assert case.steps == PROPOSED - 1
    held = sa.update(CASE).values(appeal="A-1")
    step = sa.insert(STEP).values(
        case=1, number=4, previous=3, before="restricted", step="propose",
        after="suspension-proposed", at=AT, actor="ann", reason="by hand",
    )  # fmt: skip
    _write(database, held)
    _refused(database, "case_step_not_under_appeal", step)
    _write(database, sa.update(CASE).values(appeal=None))
    with database.writing() as connection:
        Cases(connection).take(case, Step.PROPOSE, AT, "ann", "all of it")
        proposal = Proposal(1, PROPOSED, "ann", AT, "all of it", NOTICE_ID, ALL)
        Suspensions(connection).propose(proposal)
        connection.execute(_approval())
    _refused(database, "no_proposal_under_appeal", held)
    appeal = sa.insert(APPEAL).values(
        id="a-1", case=1, step=4, state="open", text="we moved", opened=AT,
        opened_by="organization", due=AT + timedelta(days=14), round=1,
    )  # fmt: skip
    # Neither is an appeal overlooked of which the case says nothing.
    _refused(database, "case_step_not_under_appeal", appeal, *_suspension())
    held_back = sa.update(CASE).values(appeal="A-1", state="restricted", steps=3)
    _refused(database, "case_step_not_under_appeal", held_back, *_suspension())


def test_not_without_a_notice(database: Database) -> None:
    """A proposal names a notice of its case that was delivered; one that comes back stops it."""
    case = prepared(database, delivered=False)
    with database.writing() as connection:
        deliver(connection, 1, "r" * 22, state="ready", due_at=AT, attempts=0, begun_at=None,
                accepted_at=None, reply=None, reply_code=None)  # fmt: skip
        deliver(connection, 1, "b" * 22, event="reminder", bounced_at=AT)
        Cases(connection).take(case, Step.PROPOSE, AT, "ann", "all of it")
    row = {"case": 1, "step": 4, "proposed_by": "ann", "proposed_at": AT, "reason": "all of it"}
    for notice in ("r" * 22, "b" * 22, "x" * 22, None):
        with pytest.raises(CannotRun, match="suspension_notice_arrived"):
            _write(database, sa.insert(PROPOSAL).values(row | {"notice": notice}))
    with database.writing() as connection:
        deliver(connection, 1, event="on-the-day")
        Suspensions(connection).propose(Proposal(1, 4, "ann", AT, "all", NOTICE_ID, ALL))
        connection.execute(_approval())
        connection.execute(sa.update(NOTICE).where(NOTICE.c.id == NOTICE_ID).values(bounced_at=AT))
    _refused(database, "case_step_after_a_notice_that_arrived", *_suspension())
    _refused(database, "suspension_notice_fk", sa.delete(NOTICE))


def test_an_old_approval_does_not_do(database: Database) -> None:
    """What was approved before a withdrawal says nothing of the next proposal."""
    case = _proposed(database)
    with database.writing() as connection:
        connection.execute(_approval())
        cases = Cases(connection)
        case = cases.take(case, Step.WITHDRAW, AT, "ann", "they moved")
        case = cases.take(case, Step.PROPOSE, AT, "ann", "they did not")
        proposal = Proposal(1, 6, "ann", AT, "they did not", NOTICE_ID, ALL)
        Suspensions(connection).propose(proposal)
    approved = "case_step_suspends_what_was_approved"
    _refused(database, approved, *_suspension(7))
    _refused(database, "suspension_is_the_proposal_before", *_suspension(7, suspension=4))


def test_what_a_suspension_rests_on_cannot_be_taken_away(database: Database) -> None:
    """Neither approval nor evidence can go while the step stands; with the whole case they do."""
    _proposed(database)
    _write(database, _approval(), *_suspension())
    for table in (APPROVAL, EVIDENCE, PROPOSAL):
        with pytest.raises(CannotRun, match=r"case_step_suspends|FOREIGN KEY"):
            _write(database, sa.delete(table))
    _write(database, sa.delete(CASE), sa.delete(STEP))
    with database.reading() as connection:
        for table in (APPROVAL, EVIDENCE, PROPOSAL, NOTICE):
            assert connection.execute(sa.select(sa.func.count()).select_from(table)).scalar() == 0


def test_triggers_speak_of_integrity(database: Database) -> None:
    """What a trigger refuses is an error of integrity on both databases, like any constraint."""
    _proposed(database)
    with database.engine.connect() as connection, pytest.raises(IntegrityError):
        connection.execute(_approval(approved_by="nobody"))
