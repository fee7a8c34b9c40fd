"""Next steps: what the table of steps has, and who may take it."""

from __future__ import annotations

import pytest

from regiongate.control.cases.next_steps import ACTS, NextStep, next_step, next_steps
from regiongate.domain.case import TRANSITIONS, Case, CaseState, NotAllowed, Step
from regiongate.domain.role import MAY, Role
from tests.support.sightings import NOON


def _case(state: CaseState, appeal: str | None = None) -> Case:
    return Case(7, "acme", state, 3, NOON, NOON, 9, 3, NOON, NOON, appeal=appeal)


@pytest.mark.parametrize("state", CaseState)
@pytest.mark.parametrize("role", Role)
def test_steps_are_those_of_the_table(state: CaseState, role: Role) -> None:
    """Every step from a state is named, and only what a role may do has nothing against it."""
    found = next_steps(_case(state), role)
    assert [(state, one.step, one.after) for one in found] == [
        row for row in TRANSITIONS if row[0] is state
    ]
    for one in found:
        may = one.step in ACTS and role in MAY[ACTS[one.step]]
        assert (one.why_not is None) == may


def test_an_appeal_holds_what_leads_to_a_suspension() -> None:
    """While an appeal is open, what the case itself would refuse is refused here."""
    case = _case(CaseState.RESTRICTED, "appeal-1")
    for one in next_steps(case, Role.OPERATOR):
        if one.step is Step.PROPOSE:
            assert one.why_not == "the appeal appeal-1 is open: decide it first"
            with pytest.raises(NotAllowed):
                case.after(one.step)


def test_it_says_who_may() -> None:
    """Where a role does not do, those that do are named; where a date does it, that."""
    reasons = {one.step: one for one in next_steps(_case(CaseState.NOTICED), Role.VIEWER)}
    assert reasons[Step.EXEMPT] == NextStep(
        Step.EXEMPT, CaseState.EXEMPT, (Role.APPROVER,), "it takes approver, and you are viewer"
    )
    assert reasons[Step.REMIND].roles == ()
    assert reasons[Step.REMIND].why_not == "regiongate takes it when its date comes"


def test_the_next_step_leads_on() -> None:
    """Of several steps it is the one that goes on; a way out only where nothing goes on."""
    found = {state: next_step(_case(state), Role.OPERATOR) for state in CaseState}
    assert {state.value: one.step.value for state, one in found.items() if one is not None} == {
        "found": "notice",
        "noticed": "remind",
        "reminded": "remind",
        "restricted": "propose",
        "suspension-proposed": "suspend",
        "suspended": "exempt",
        "exempt": "lapse",
    }
