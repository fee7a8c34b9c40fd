"""Cases in the store: every allowed step can be written, and no other, not even by hand."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from regiongate.domain.case import TRANSITIONS, Case, CaseState, NotAllowed, Step
from regiongate.domain.errors import CannotRun
from regiongate.store.case_tables import ALLOWED, CASE, NOWHERE, STEP
from regiongate.store.cases import Cases, Overtaken, Seen
from regiongate.store.database import Database
from regiongate.store.references import broken
from regiongate.store.rulings import Rulings

AT = datetime(2024, 6, 20, 12, tzinfo=UTC)
SEEN = Seen("acme", 10, 4, AT - timedelta(days=9), AT - timedelta(days=1))


def opened(database: Database, seen: Seen = SEEN) -> Case:
    """A case that has just been found."""
    with database.writing() as connection:
        [case] = Cases(connection).find([seen], AT, "regiongate", "seen from KP")
    return case


def moved(database: Database, case: Case, *steps: Step) -> Case:
    """The case after some steps, an hour apart."""
    for step in steps:
        with database.writing() as connection:
            at = case.since + timedelta(hours=1)
            case = Cases(connection).take(case, step, at, "ann", f"to {step}")
    return case


def test_the_store_allows_what_the_table_does(database: Database) -> None:
    """The rows of the migration are the transitions of the domain."""
    with database.reading() as connection:
        rows = connection.execute(sa.select(ALLOWED)).all()
    assert {tuple(row) for row in rows} == {
        (before or NOWHERE, step, after) for before, step, after in TRANSITIONS
    }


def test_a_case_keeps_its_steps(database: Database) -> None:
    """Each step is kept with who took it, when and why, and the case ends where they lead."""
    case = moved(database, opened(database), Step.NOTICE, Step.REMIND, Step.RESTRICT, Step.RELEASE)
    with database.reading() as connection:
        cases = Cases(connection)
        assert cases.get(case.number) == case
        steps = cases.steps(case)
        assert cases.open_of("acme") is None
        assert cases.latest_of("acme") == case
    assert [one.after for one in steps] == [
        CaseState.FOUND,
        CaseState.NOTICED,
        CaseState.REMINDED,
        CaseState.RESTRICTED,
        CaseState.RELEASED,
    ]
    assert [one.before for one in steps] == [None, *(one.after for one in steps[:-1])]
    assert {one.actor for one in steps[1:]} == {"ann"}


def test_every_other_step_is_refused(database: Database) -> None:
    """From each state only the steps of the table lead on, and the refusal names those."""
    case = opened(database)
    leading = {step for before, step, _ in TRANSITIONS if before is CaseState.FOUND}
    for step in set(Step) - leading:
        with pytest.raises(NotAllowed, match=r"found cannot .*; it can notice"):
            moved(database, case, step)


def test_who_is_overtaken_is_told(database: Database) -> None:
    """Of two who move a case from the same state, one does."""
    case = opened(database)
    moved(database, case, Step.NOTICE)
    with pytest.raises(Overtaken):
        moved(database, case, Step.RESTRICT)
    with database.reading() as connection:
        assert len(Cases(connection).steps(case)) == 2


def test_one_open_case_each(database: Database) -> None:
    """An organization has one case at most that is not released, and may have several that are."""
    case = opened(database)
    with pytest.raises(CannotRun, match="refuses"):
        opened(database)
    moved(database, case, Step.RELEASE)
    assert opened(database).number == case.number + 1


WRONG = [
    sa.update(CASE).values(state="suspended"),
    sa.update(CASE).values(state="released", steps=2),
    sa.update(CASE).values(unsupported=11),
    sa.update(STEP).values(after="suspended"),
    sa.delete(STEP),
    sa.insert(STEP).values(
        case=1, number=3, previous=2, before="found", step="notice", after="noticed", at=AT,
        actor="x", reason="a gap",
    ),
    sa.insert(STEP).values(
        case=1, number=2, previous=1, before="reminded", step="restrict", after="restricted",
        at=AT, actor="x", reason="from a state in which it was not",
    ),
    sa.insert(STEP).values(
        case=1, number=2, previous=1, before="found", step="suspend", after="suspended", at=AT,
        actor="x", reason="not in the table",
    ),
    sa.insert(STEP).values(
        case=1, number=2, previous=1, before="found", step="notice", after="noticed", at=AT,
        actor="x", reason=" ",
    ),
]  # fmt: skip


@pytest.mark.parametrize("statement", WRONG, ids=range(len(WRONG)))
def test_wrong_histories_cannot_be_written(database: Database, statement: sa.Executable) -> None:
    """A state without its step, a gap, a step from elsewhere: the schema itself refuses them."""
    case = opened(database)
    with pytest.raises(CannotRun, match="refuses"), database.writing() as connection:
        connection.execute(statement)
    with database.reading() as connection:
        assert Cases(connection).get(case.number) == case


def test_no_proposal_under_appeal(database: Database) -> None:
    """While an appeal is open a suspension can be neither proposed nor carried out."""
    case = moved(database, opened(database), Step.RESTRICT)
    with database.writing() as connection:
        Cases(connection).hold(case.number, "A-1")
        held = Cases(connection).get(case.number)
    assert held is not None
    with pytest.raises(NotAllowed, match="under appeal"):
        moved(database, held, Step.PROPOSE)
    with pytest.raises(CannotRun, match="no_proposal_under_appeal"):
        moved(database, case, Step.PROPOSE)


def test_many_at_once(database: Database) -> None:
    """Cases are found and moved by the thousand, each with its event in the trail."""
    seen = [Seen(f"org-{number:05}", 2, 1, AT, AT) for number in range(3000)]
    with database.writing() as connection:
        cases = Cases(connection)
        found = cases.find(seen, AT, "regiongate", "seen")
        cases.take_all(found, Step.RESTRICT, AT, "regiongate", "the day")
    with database.reading() as connection:
        restricted = list(Cases(connection).where(CASE.c.state == "restricted"))
    assert [case.organization for case in restricted] == [one.organization for one in seen]


def test_what_is_written_past_the_schema_is_found(tmp_path: Path) -> None:
    """SQLite lets a connection forget foreign keys; what it then writes is found afterwards."""
    path = tmp_path / "regiongate.db"
    database = Database.open(f"sqlite:///{path}")
    opened(database)
    with database.reading() as connection:
        assert broken(connection) == {}
    with closing(sqlite3.connect(path)) as other, other:
        other.execute("UPDATE case_file SET state = 'suspended'")
    with database.reading() as connection:
        assert broken(connection) == {"case_file": 1}
        assert Rulings(connection).in_force(AT) == ()
    database.close()


def test_time_does_not_run_backwards(database: Database) -> None:
    """A step cannot have an instant before that of the step it follows."""
    case = moved(database, opened(database), Step.NOTICE)
    with pytest.raises(NotAllowed, match="moved on at"), database.writing() as connection:
        Cases(connection).take(case, Step.RESTRICT, AT, "ann", "too early")
