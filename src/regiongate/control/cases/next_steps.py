"""Next: which steps a case can take from where it stands, who may take them, and why not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

from regiongate.domain.case import HELD_BY_APPEAL, TRANSITIONS, CaseState, Step
from regiongate.domain.role import MAY, Act, Role

ACTS: Mapping[Step, Act] = MappingProxyType(
    {
        Step.PROPOSE: Act.PROPOSE,
        Step.WITHDRAW: Act.WITHDRAW,
        Step.SUSPEND: Act.SUSPEND,
        Step.EXEMPT: Act.EXEMPT,
        Step.RELEASE: Act.RELEASE,
    }
)
"""What a person does who takes a step; the others are taken by regiongate on their date."""


_WAYS_OUT = frozenset({Step.WITHDRAW, Step.EXEMPT, Step.RELEASE})
"""What spares an organization; all other steps lead on."""


class Standing(Protocol):
    """Where a case stands, as the case itself and as its row in a list say it."""

    @property
    def state(self) -> CaseState:
        """The state that its last step led to."""

    @property
    def appeal(self) -> str | None:
        """The id of the open appeal; None: none is open."""


@dataclass(frozen=True, slots=True)
class NextStep:
    """A step that the table of steps has from where a case stands, and where it leads.

    `roles` may take it, sorted; none: regiongate does. `why_not` says what keeps the one who asks
    from it; None: nothing that the case and the role could say.
    """

    step: Step
    after: CaseState
    roles: tuple[Role, ...]
    why_not: str | None


def next_steps(case: Standing, role: Role) -> list[NextStep]:
    """The steps of a case, in the order of the table, for somebody with a role."""
    return [
        NextStep(step, after, _roles(step), _why_not(case, step, role))
        for before, step, after in TRANSITIONS
        if before is case.state
    ]


def next_step(case: Standing, role: Role) -> NextStep | None:
    """The first step that leads on; where none does, the first way out. None: the case is over."""
    steps = next_steps(case, role)
    onward = [one for one in steps if one.step not in _WAYS_OUT]
    return next(iter([*onward, *steps]), None)


def _roles(step: Step) -> tuple[Role, ...]:
    return tuple(sorted(MAY[ACTS[step]])) if step in ACTS else ()


def _why_not(case: Standing, step: Step, role: Role) -> str | None:
    if step not in ACTS:
        return "regiongate takes it when its date comes"
    if role not in _roles(step):
        return f"it takes {' or '.join(_roles(step))}, and you are {role}"
    if case.appeal is not None and step in HELD_BY_APPEAL:
        return f"the appeal {case.appeal} is open: decide it first"
    return None
