"""How a case stands for whoever has its link: no more than a notice says, and what can be done."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from regiongate.control.appeal.decide import Ruling, deny
from regiongate.control.appeal.sitting import Sitting
from regiongate.control.appeal.stands import Stands, stands_by_link
from regiongate.control.links.appeal import BadLink
from regiongate.control.suspend.propose import propose
from regiongate.control.suspend.withdraw import withdraw
from regiongate.domain.appeal import REOPEN_WITHIN
from regiongate.domain.case import CaseState, Step
from regiongate.domain.evidence import EvidenceKind
from regiongate.store.database import Database
from tests.support import suspensions
from tests.support.appeals import AT, DAY, DESK, appealed, restricted, sitting, step, token
from tests.support.cases import SECRET
from tests.support.suspensions import prepared


def _stands(database: Database, token: str, at: datetime = AT) -> Stands:
    with database.reading() as connection:
        return stands_by_link(Sitting(connection, DESK, at), token, SECRET)


def test_it_says_what_was_seen_and_that_nothing_was_appealed(database: Database) -> None:
    """Organization, networks and regions, in a transaction that only reads."""
    case = restricted(database)
    found = _stands(database, token(case))
    assert (found.case, found.name, found.appeal, found.kinds) == (case, "Acme Ltd", None, ())
    assert found.seen is not None
    assert (found.seen.networks.shown, found.seen.regions.shown) == (("20.0.1.0/24",), ("CN",))
    assert found.may_appeal


def test_what_is_too_long_ago_is_not_said_to_have_been_seen(database: Database) -> None:
    """The look back of the policy counts from the instant."""
    case = restricted(database)
    late = token(case, AT + 400 * DAY)
    assert _stands(database, late, AT + 300 * DAY).seen is None


def test_an_open_appeal_cannot_be_joined_by_another(database: Database) -> None:
    """A denied one can, for as long as it may be reopened."""
    case = restricted(database)
    name = appealed(database, case).appeal.id
    found = _stands(database, token(case))
    assert found.appeal is not None and found.appeal.appeal.id == name
    assert not found.may_appeal
    with sitting(database) as sat:
        deny(sat, name, Ruling("bob", "No."))
    assert _stands(database, token(case)).may_appeal
    long = token(case, AT + 365 * DAY)
    assert not _stands(database, long, AT + REOPEN_WITHIN).may_appeal


def test_a_released_case_has_nothing_to_appeal(database: Database) -> None:
    """It is shown as it is."""
    case = step(database, restricted(database), Step.RELEASE)
    found = _stands(database, token(case))
    assert (found.case.state, found.may_appeal) == (CaseState.RELEASED, False)


def test_a_proposal_names_the_kinds_of_its_evidence_and_nothing_else(database: Database) -> None:
    """Each once, and none any more once it is withdrawn."""
    case = prepared(database)
    at, desk = suspensions.AT, suspensions.Desk()
    until = at + timedelta(days=30)
    with database.writing() as connection:
        of, tables = suspensions.policy(), suspensions.TABLES
        said = {"person": "ann", "reason": "all of it is from there"}
        propose(connection, case.number, of, tables, desk, **said, at=at)
    kinds = _stands(database, token(case, until), at).kinds
    assert len(kinds) == len(set(kinds))
    assert {EvidenceKind.TRAFFIC, EvidenceKind.BILLING} <= set(kinds)
    with database.writing() as connection:
        withdraw(connection, case.number, person="ann", reason="no", at=at + DAY)
    assert _stands(database, token(case, until), at + DAY).kinds == ()


def test_a_token_of_another_case_shows_nothing(database: Database) -> None:
    """Nor one that has ended, which says when."""
    case = restricted(database)
    with pytest.raises(BadLink) as changed:
        _stands(database, token(case).replace("1.", "2.", 1))
    assert changed.value.ended is None
    with pytest.raises(BadLink) as over:
        _stands(database, token(case, AT), AT)
    assert over.value.ended == AT
