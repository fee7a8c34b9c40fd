"""Deciding appeals: what they become, who may decide, and what the organization hears."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from regiongate.control.appeal.decide import Ruling, deny, grant_corrections, grant_exemption
from regiongate.control.appeal.open import open_for
from regiongate.control.appeal.statement import statement
from regiongate.control.grant import correct, exempt
from regiongate.control.grant.correct import Located
from regiongate.control.grant.network_of import network_of
from regiongate.control.grant.terms import Terms
from regiongate.control.suspend.approve import approve
from regiongate.control.suspend.propose import propose
from regiongate.control.suspend.suspend import suspend
from regiongate.domain.appeal import AppealOutcome, AppealState
from regiongate.domain.audit import Tag
from regiongate.domain.case import Case, CaseState, Step
from regiongate.domain.errors import CannotRun
from regiongate.store.cases import Cases
from regiongate.store.database import Database
from regiongate.store.exemptions import Corrections, Exemptions
from tests.support.appeals import (
    AT,
    DAY,
    appeal_now,
    appealed,
    case_now,
    restricted,
    sitting,
    step,
    told,
    trail,
)
from tests.support.suspensions import AT as LATE
from tests.support.suspensions import TABLES, Desk, policy, prepared

UNTIL = AT + timedelta(days=180)
PARIS = Located(network_of("20.0.1.0/24"), "FR")


def _exempt(database: Database, case: Case) -> None:
    appeal = appealed(database, case).appeal
    with sitting(database) as found:
        grant_exemption(found, appeal.id, Ruling("bob", "A hospital.", UNTIL))


def test_granted_it_becomes_an_exemption(database: Database) -> None:
    """The organization is exempt until the end that was said, its case too, and it hears why."""
    case = restricted(database)
    appeal = appealed(database, case).appeal
    with sitting(database) as found:
        decided = grant_exemption(found, appeal.id, Ruling("bob", "A hospital.", UNTIL))
    assert decided.appeal == appeal_now(database, appeal.id)
    assert decided.appeal.outcome is AppealOutcome.EXEMPTION
    now = case_now(database, case)
    assert (now.state, now.appeal) == (CaseState.EXEMPT, None)
    with database.reading() as connection:
        [one] = Exemptions(connection).in_force(AT)
    assert (one.organization, one.expires, one.appeal) == ("acme", UNTIL, appeal.id)
    assert sorted(told(database)) == [
        ("appeal-decided", appeal.id),
        ("appeal-received", appeal.id),
    ]
    granted = trail(database, Tag.APPEAL_GRANTED, Tag.EXEMPTION_GRANTED, Tag.CASE_EXEMPTED)
    assert [row[:2] for row in granted] == [
        ("exemption:granted", "bob"),
        ("case:exempted", "bob"),
        ("appeal:granted", "bob"),
    ]


def test_an_exempt_organization_asks_for_more_time(database: Database) -> None:
    """Granted again before its end, the new exemption takes the place of the one that runs out."""
    case = restricted(database)
    _exempt(database, case)
    steps = case_now(database, case).steps
    asked = appealed(database, case, at=UNTIL - DAY)
    assert asked.new and asked.appeal.reopened_of is None
    with sitting(database, UNTIL - DAY) as found:
        grant_exemption(found, asked.appeal.id, Ruling("bob", "Still a hospital.", None))
    assert (case_now(database, case).state, case_now(database, case).steps) == (
        *(CaseState.EXEMPT, steps),
    )
    with database.reading() as connection:
        [one] = Exemptions(connection).in_force(UNTIL)
    assert (one.expires, one.appeal) == (None, asked.appeal.id)


def test_a_lapsed_organization_appeals_anew(database: Database) -> None:
    """Once its exemption is over its case begins anew, and can be appealed anew."""
    case = restricted(database)
    _exempt(database, case)
    with database.writing() as connection:
        exempt.end_due(connection, UNTIL)
    assert case_now(database, case).state is CaseState.FOUND
    assert appealed(database, case, at=UNTIL).new


def test_granted_it_becomes_corrections(database: Database) -> None:
    """The networks are where it says, the case is released, and the organization hears of both."""
    case = restricted(database)
    appeal = appealed(database, case).appeal
    more = Located(network_of("2a01:e00::/32"), "FR-IDF")
    with sitting(database) as found:
        decided = grant_corrections(
            found, appeal.id, Ruling("bob", "Its geofeed is right.", UNTIL), [PARIS, more, PARIS]
        )
    assert [one.region for one in decided.corrections] == ["FR", "FR-IDF"]
    assert decided.case == case_now(database, case)
    assert decided.case.state is CaseState.RELEASED
    assert decided.appeal.outcome is AppealOutcome.CORRECTION
    with database.reading() as connection:
        kept = Corrections(connection).in_force(AT)
    assert sorted(kept, key=lambda one: one.region) == list(decided.corrections)
    assert sorted(told(database)) == [
        ("appeal-decided", appeal.id),
        ("appeal-received", appeal.id),
        ("released", ""),
    ]


def test_a_network_is_not_corrected_twice(database: Database) -> None:
    """A correction in force is replaced only when that is said, and nothing is half done."""
    case = restricted(database)
    appeal = appealed(database, case).appeal
    with database.writing() as connection:
        correct.correct(connection, [PARIS], Terms("Ours.", "bob", None), AT)
    ruling, rome = Ruling("bob", "Rome.", None), Located(PARIS.network, "IT")
    with pytest.raises(CannotRun, match="corrected to FR already"), sitting(database) as found:
        grant_corrections(found, appeal.id, ruling, [rome])
    assert appeal_now(database, appeal.id).state is AppealState.OPEN
    assert case_now(database, case).appeal == appeal.id
    with sitting(database) as found:
        grant_corrections(found, appeal.id, ruling, [rome], replaces=True)
    with database.reading() as connection:
        [one] = Corrections(connection).in_force(AT)
    assert one.region == "IT"


def test_what_is_decided_stays(database: Database) -> None:
    """An appeal is decided once; the second is told by whom and when."""
    case = restricted(database)
    appeal = appealed(database, case).appeal
    with sitting(database) as found:
        decided = deny(found, appeal.id, Ruling("bob", "No."))
    assert decided.appeal.outcome is AppealOutcome.DENIED
    assert case_now(database, case).state is CaseState.RESTRICTED
    with (
        pytest.raises(CannotRun, match="was denied by bob on 2026-06-17"),
        sitting(database) as found,
    ):
        grant_exemption(found, appeal.id, Ruling("carla", "Yes."))
    with pytest.raises(CannotRun, match="no appeal a-none"), sitting(database) as found:
        deny(found, "a-none", Ruling("bob", "No."))


def test_decided_at_once_it_is_decided_once(database: Database) -> None:
    """Of two who decide at the same moment one does, and the other is told."""
    appeal = appealed(database, restricted(database)).appeal

    def decided(person: str) -> bool:
        try:
            with sitting(database) as found:
                deny(found, appeal.id, Ruling(person, "No."))
        except CannotRun as refused:
            assert "was denied by" in str(refused)
            return False
        return True

    with ThreadPoolExecutor(3) as pool:
        assert sorted(pool.map(decided, ("bob", "carla", "dan"))) == [False, False, True]
    assert len(trail(database, Tag.APPEAL_DENIED)) == 1
    assert len(told(database)) == 2


@pytest.mark.parametrize("reason", ["", " ", "two\nlines"])
def test_a_decision_has_a_reason(database: Database, reason: str) -> None:
    """Without one line of reason nothing is decided."""
    appeal = appealed(database, restricted(database)).appeal
    with pytest.raises(CannotRun, match="needs a reason"), sitting(database) as found:
        deny(found, appeal.id, Ruling("bob", reason))


def test_who_may_decide(database: Database) -> None:
    """An approver, but not who recorded the appeal, nor who denied it the first time."""
    case = restricted(database)
    with sitting(database) as found:
        appeal = open_for(found, case.number, "bob", statement("By telephone.")).appeal
    for name, why in (("ann", "ann is operator"), ("bob", "bob recorded"), ("eve", "nobody here")):
        with pytest.raises(CannotRun, match=why), sitting(database) as found:
            deny(found, appeal.id, Ruling(name, "No."))
    with sitting(database) as found:
        deny(found, appeal.id, Ruling("carla", "No."))
    again = appealed(database, case, at=AT + DAY).appeal
    with (
        pytest.raises(CannotRun, match="carla denied it the first time"),
        sitting(database, AT + DAY) as found,
    ):
        grant_exemption(found, again.id, Ruling("carla", "Yes.", None))
    with sitting(database, AT + DAY) as found:
        grant_exemption(found, again.id, Ruling("bob", "Yes.", None))


def test_released_meanwhile(database: Database) -> None:
    """An appeal whose case was released is decided all the same; no case is moved."""
    case = restricted(database)
    appeal = appealed(database, case).appeal
    step(database, case_now(database, case), Step.RELEASE, AT)
    with sitting(database) as found:
        decided = grant_corrections(found, appeal.id, Ruling("bob", "Right."), [PARIS])
    assert decided.case.state is CaseState.RELEASED
    assert "released" not in [event for event, _ in told(database)]


def _proposed(database: Database) -> Case:
    """A case whose suspension an approver has proposed."""
    prepared(database)
    with database.writing() as connection:
        return propose(
            connection, 1, policy(), TABLES, Desk(), person="bob", reason="all of it", at=LATE
        ).case


def test_a_proposal_is_withdrawn_and_its_proposer_does_not_decide(database: Database) -> None:
    """An appeal ends a proposal; whoever made that one leaves the appeal to another."""
    case = _proposed(database)
    opened = appealed(database, case, at=LATE + DAY)
    assert opened.case.state is CaseState.RESTRICTED
    with database.reading() as connection:
        last = Cases(connection).steps(opened.case)[-1]
    assert (last.step, last.actor) == (Step.WITHDRAW, "regiongate")
    assert opened.appeal.step == case.steps
    later = LATE + 2 * DAY
    with pytest.raises(CannotRun, match="bob proposed the susp"), sitting(database, later) as found:
        deny(found, opened.appeal.id, Ruling("bob", "No."))
    with sitting(database, later) as found:
        deny(found, opened.appeal.id, Ruling("carla", "No."))


def test_a_suspended_organization_appeals(database: Database) -> None:
    """A denied appeal does not stand in the way of one against the suspension, which can end it."""
    case = _proposed(database)
    first = appealed(database, case, at=LATE + DAY).appeal
    with sitting(database, LATE + 2 * DAY) as found:
        deny(found, first.id, Ruling("carla", "No."))
    at, rules, desk = LATE + 3 * DAY, policy(), Desk()
    with database.writing() as connection:
        propose(connection, 1, rules, TABLES, desk, person="bob", reason="again", at=at)
        approve(connection, 1, rules, TABLES, person="carla", at=at)
        suspend(connection, 1, rules, TABLES, desk, person="bob", at=at)
    assert case_now(database, case).state is CaseState.SUSPENDED
    second = appealed(database, case, at=LATE + 4 * DAY)
    assert second.new and second.appeal.reopened_of is None
    with sitting(database, LATE + 5 * DAY) as found:
        grant_exemption(found, second.appeal.id, Ruling("carla", "Proven.", None))
    assert case_now(database, case).state is CaseState.EXEMPT


def test_nothing_is_decided_before_it_was_asked(database: Database) -> None:
    """An instant before the appeal was opened is a slip, and is told in words."""
    appeal = appealed(database, restricted(database)).appeal
    with sitting(database, at=AT - DAY) as found, pytest.raises(CannotRun, match="opened at"):
        deny(found, appeal.id, Ruling("bob", "No."))
    assert appeal_now(database, appeal.id).state is AppealState.OPEN
