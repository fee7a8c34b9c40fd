"""From a proposal to a suspended account: what it takes, told all at once, and what is kept."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from regiongate.control.suspend.approve import approve
from regiongate.control.suspend.propose import Moved, propose
from regiongate.control.suspend.suspend import suspend
from regiongate.control.suspend.withdraw import withdraw
from regiongate.domain.case import Case, CaseState, Step
from regiongate.domain.errors import CannotRun
from regiongate.domain.measure import Measure, Phase
from regiongate.domain.notice import Event
from regiongate.domain.policy import Policy
from regiongate.domain.profile import FactKind, Profile
from regiongate.domain.suspension import NotYet
from regiongate.store.audit_tables import CONTENT
from regiongate.store.audit_tables import EVENT as AUDITED
from regiongate.store.cases import Cases
from regiongate.store.database import Database
from regiongate.store.notice_tables import NOTICE
from regiongate.store.organizations import Organizations
from regiongate.store.suspensions import Suspensions
from tests.support.cases import CHINESE
from tests.support.suspensions import (
    AT,
    BILLED,
    BLOCK,
    IRANIAN,
    NOTICE_ID,
    RUSSIAN,
    SUSPEND,
    TABLES,
    Desk,
    deliver,
    policy,
    prepared,
    used,
)

HOUR = timedelta(hours=1)
BARE = (Profile("acme", "Acme", None),)


def _propose(database: Database, **facts: Any) -> Moved:
    usual: dict[str, Any] = {"person": "ann", "reason": "all of it is from there", "at": AT}
    of: Policy = facts.pop("policy", policy())
    desk = facts.pop("desk", Desk())
    with database.writing() as connection:
        return propose(connection, 1, of, TABLES, desk, **(usual | facts))


def _approve(database: Database, **facts: Any) -> Moved:
    usual: dict[str, Any] = {"person": "bob", "at": AT + HOUR}
    of: Policy = facts.pop("policy", policy())
    with database.writing() as connection:
        return approve(connection, 1, of, TABLES, **(usual | facts))


def _suspend(database: Database, **facts: Any) -> Moved:
    usual: dict[str, Any] = {"person": "ann", "at": AT + 2 * HOUR}
    of: Policy = facts.pop("policy", policy())
    desk = facts.pop("desk", Desk())
    with database.writing() as connection:
        return suspend(connection, 1, of, TABLES, desk, **(usual | facts))


def _lacking(act: Callable[..., object], database: Database, **facts: Any) -> dict[str, str]:
    with pytest.raises(NotYet) as caught:
        act(database, **facts)
    for one in caught.value.lacking:
        assert str(one) in str(caught.value)
    return {one.condition: one.message for one in caught.value.lacking}


def _hold(database: Database, appeal: str | None) -> Case:
    with database.writing() as connection:
        Cases(connection).hold(1, appeal)
        found = Cases(connection).get(1)
    assert found is not None
    return found


def test_two_people_suspend(database: Database) -> None:
    """One proposes, another approves, and it is carried out; each is told and on record."""
    prepared(database)
    desk = Desk()
    proposed = _propose(database, desk=desk)
    assert proposed.case.state is CaseState.SUSPENSION_PROPOSED
    approved = _approve(database)
    assert approved.case == proposed.case
    assert approved.proposal.approval is not None
    assert approved.proposal.approval.by == "bob"
    assert approved.proposal.approval.kinds == ("billing", "traffic")
    suspended = _suspend(database, desk=desk)
    assert suspended.case.state is CaseState.SUSPENDED
    assert [(number, told.event) for number, told in desk.told] == [
        (1, Event.SUSPENSION_PROPOSED),
        (1, Event.SUSPENDED),
    ]
    for _, told in desk.told:
        assert told.suspension is not None
        assert told.suspension.evidence == ("billing", "traffic")
    with database.reading() as connection:
        [kept] = Suspensions(connection).of(1)
        query = sa.select(AUDITED.c.tag, CONTENT.c.actor).join(CONTENT).order_by(AUDITED.c.number)
        trail = [(row.tag, row.actor) for row in connection.execute(query)][-3:]
    assert kept == approved.proposal
    assert trail == [("case:proposed", "ann"), ("case:approved", "bob"), ("case:suspended", "ann")]


def test_everything_that_is_missing_is_told_at_once(database: Database) -> None:
    """A case with nothing in its favour is told every condition, and stays as it is."""
    case = prepared(database, profiles=BARE, delivered=False)
    _hold(database, "A-1")
    no_date = policy(measure=Measure("UTC", ((Phase.BLOCK, BLOCK),)))
    told = _lacking(_propose, database, policy=no_date)
    assert told == {
        "appeal": "the appeal A-1 is open",
        "evidence": "the evidence (traffic) is of one family, location",
        "notice": "no notice of the measure was delivered",
        "date": "the policy has no date from which it suspends",
    }
    with database.reading() as connection:
        assert Cases(connection).get(1) == replace(case, appeal="A-1")
        assert Suspensions(connection).of(1) == []


def test_location_alone_does_not_suspend(database: Database) -> None:
    """All that sightings can say is one family, however much of it there is."""
    hidden = [
        used(AT - timedelta(days=day), region=region, network=network, anonymized=10)
        for day in (20, 2)
        for region, network in (("CN", CHINESE), ("RU", RUSSIAN), ("IR", IRANIAN))
    ]
    prepared(database, seen=hidden, profiles=BARE)
    said = _lacking(_propose, database)["evidence"]
    assert said == "the evidence (traffic, anonymizers, many-countries) is of one family, location"


def test_evidence_of_a_day_does_not_count(database: Database) -> None:
    """What was seen on a journey of a few days is told, and is no evidence."""
    prepared(database, seen=(used(AT - timedelta(days=4)), used(AT - timedelta(days=2))))
    said = _lacking(_propose, database)["evidence"]
    assert said.endswith("is of one family, payment; too short a time: traffic")


def test_two_hints_do_not_suspend(database: Database) -> None:
    """Traffic and a telephone number are of two families, and not reliable enough together."""
    number = replace(BILLED, kind=FactKind.PHONE)
    prepared(database, profiles=(Profile("acme", "Acme", None, facts=(number,)),))
    said = _lacking(_propose, database)["evidence"]
    assert said == "the evidence weighs too little (traffic 2, phone 1): together it must be 4"


def test_who_proposes_does_not_approve(database: Database) -> None:
    """An approver who has proposed it needs another one, and nobody else may approve."""
    prepared(database)
    _propose(database, person="bob")
    assert _lacking(_approve, database) == {"other-person": "bob has proposed it"}
    with pytest.raises(CannotRun, match="ann is operator, and to approve takes approver"):
        _approve(database, person="ann")
    with pytest.raises(CannotRun, match="vera is viewer"):
        _suspend(database, person="vera")
    assert _lacking(_suspend, database) == {
        "approval": "nobody has approved what bob proposed",
    }
    _approve(database, person="carla")
    assert _suspend(database).case.state is CaseState.SUSPENDED


def test_it_is_approved_once(database: Database) -> None:
    """A second approval is told that there is one."""
    prepared(database)
    _propose(database)
    _approve(database)
    assert _lacking(_approve, database, person="carla") == {"approval": "it is approved already"}


def test_not_before_the_date(database: Database) -> None:
    """It may be proposed and approved ahead of the date, which is told, and not carried out."""
    prepared(database, seen=(used(AT - timedelta(days=40)), used(AT - timedelta(days=12))))
    desk = Desk()
    early = SUSPEND - 3 * HOUR
    assert _propose(database, at=early, desk=desk).earliest == SUSPEND
    [(_, told)] = desk.told
    assert told.suspension is not None
    assert told.suspension.at == SUSPEND
    _approve(database, at=early + HOUR)
    assert _lacking(_suspend, database, at=SUSPEND - HOUR) == {
        "date": "the policy suspends from 2026-07-15T00:00Z on"
    }
    assert _suspend(database, at=SUSPEND).case.state is CaseState.SUSPENDED


def test_a_notice_that_came_back_does_not_count(database: Database) -> None:
    """A bounce takes the notice away, also one that is read after the approval."""
    prepared(database)
    _propose(database)
    _approve(database)
    with database.writing() as connection:
        connection.execute(sa.update(NOTICE).values(bounced_at=AT))
        # Another notice has arrived since: it is not the one that the proposal rests on.
        deliver(connection, 1, "m" * 22, event="reminder")
    assert set(_lacking(_suspend, database)) == {"notice"}


def test_evidence_must_still_hold(database: Database) -> None:
    """What it was approved on and is no longer so stops it, whatever else speaks for it."""
    prepared(database)
    _propose(database)
    _approve(database)
    with database.writing() as connection:
        Organizations(connection).put(BARE, AT)
    assert _lacking(_suspend, database) == {
        "evidence": "the evidence it was approved on is gone: billing"
    }


def test_the_list_may_change(database: Database) -> None:
    """Where the region is supported by now, neither traffic nor books are evidence."""
    prepared(database)
    listed = policy()
    regions = frozenset({*listed.supported.regions, "CN"})
    changed = replace(listed, supported=replace(listed.supported, regions=regions))
    said = _lacking(_propose, database, policy=changed)
    assert said == {"evidence": "there is no evidence that held for long enough"}


def test_a_proposal_is_withdrawn(database: Database) -> None:
    """A withdrawn proposal leaves the case restricted, and what was approved of it is void."""
    prepared(database)
    _propose(database)
    _approve(database)
    with database.writing() as connection:
        with pytest.raises(CannotRun, match="say why"):
            withdraw(connection, 1, person="ann", reason=" ", at=AT + HOUR)
        case = withdraw(connection, 1, person="ann", reason="they moved", at=AT + HOUR)
    assert case.state is CaseState.RESTRICTED
    assert _lacking(_suspend, database) == {
        "state": "the case is restricted, and nothing is proposed"
    }
    with database.writing() as connection, pytest.raises(CannotRun, match="no proposal"):
        withdraw(connection, 1, person="ann", reason="again", at=AT + HOUR)
    _propose(database, at=AT + HOUR)
    assert _lacking(_suspend, database) == {"approval": "nobody has approved what ann proposed"}
    with database.reading() as connection:
        first, second = Suspensions(connection).of(1)
    assert first.approval is not None
    assert second.approval is None


def test_a_proposal_needs_a_reason_and_a_case(database: Database) -> None:
    """Nothing is proposed without a reason, of a case that is none, or without rules for it."""
    prepared(database)
    with pytest.raises(CannotRun, match="say why with --reason"):
        _propose(database, reason=" ")
    with pytest.raises(CannotRun, match="says nothing of cases"):
        _propose(database, policy=policy(cases=None))
    with database.writing() as connection, pytest.raises(CannotRun, match="no case 7"):
        approve(connection, 7, policy(), TABLES, person="bob", at=AT)


def test_what_it_rests_on_is_kept(database: Database) -> None:
    """The proposal keeps the notice and each piece of evidence with its numbers and times."""
    prepared(database)
    proposal = _propose(database).proposal
    assert proposal.notice == NOTICE_ID
    billing, traffic = proposal.evidence
    assert billing.detail["facts"] == [
        {
            "country": "CN",
            "since": "2025-01-01",
            "until": None,
            "source": "invoices",
            "stated": "2025-06-01",
        }
    ]
    assert (traffic.weight, traffic.family) == (2, "location")
    assert dict(traffic.detail) == {
        "requests": 20,
        "unsupported": 20,
        "regions": ["CN"],
        "days": 2,
    }
    with database.reading() as connection:
        assert Suspensions(connection).of(1) == [proposal]


def test_of_several_who_approve_at_once_one_does(database: Database) -> None:
    """Whoever comes second is told so, or refused by the store; there is one approval."""
    prepared(database)
    _propose(database)

    def decide(person: str) -> bool:
        try:
            _approve(database, person=person)
        except CannotRun:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        decided = list(pool.map(decide, ["bob", "carla"] * 4))
    assert decided.count(True) == 1
    with database.reading() as connection:
        [kept] = Suspensions(connection).of(1)
    assert kept.approval is not None


def test_an_appeal_and_a_suspension_at_once(database: Database) -> None:
    """Of an appeal and a suspension at the same time the first counts, and the second knows."""
    prepared(database)
    _propose(database)
    _approve(database)

    def appeal() -> None:
        """As opening one does: it withdraws what is proposed, and holds the case."""
        with database.writing() as connection:
            cases = Cases(connection)
            case = cases.get(1)
            assert case is not None
            if case.state is CaseState.SUSPENSION_PROPOSED:
                cases.take(case, Step.WITHDRAW, AT + 2 * HOUR, "regiongate", "an appeal")
            cases.hold(1, "A-1")

    with ThreadPoolExecutor(2) as pool:
        appealed, carried_out = pool.submit(appeal), pool.submit(_suspend, database)
        errors = [appealed.exception(), carried_out.exception()]
    assert all(error is None or isinstance(error, CannotRun) for error in errors)
    assert errors != [error for error in errors if error is not None]
    with database.reading() as connection:
        case = Cases(connection).get(1)
    assert case is not None
    done = CaseState.RESTRICTED if errors[1] else CaseState.SUSPENDED
    assert (case.state, case.appeal) == (done, None if errors[0] else "A-1")
