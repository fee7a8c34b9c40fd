"""A case: what becomes of one organization that uses the API from unsupported regions.

Its life is a table of allowed steps. An appeal stands beside it: while one is open, no step on
the way to a suspension can be taken.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from regiongate.domain.audit import Tag
from regiongate.domain.errors import CannotRun


class CaseState(StrEnum):
    """Where a case stands."""

    FOUND = "found"
    NOTICED = "noticed"
    REMINDED = "reminded"
    RESTRICTED = "restricted"
    SUSPENSION_PROPOSED = "suspension-proposed"
    SUSPENDED = "suspended"
    EXEMPT = "exempt"
    RELEASED = "released"


class Step(StrEnum):
    """What moves a case on."""

    FIND = "find"
    NOTICE = "notice"
    REMIND = "remind"
    RESTRICT = "restrict"
    PROPOSE = "propose"
    WITHDRAW = "withdraw"
    SUSPEND = "suspend"
    EXEMPT = "exempt"
    LAPSE = "lapse"
    RELEASE = "release"


_BEFORE_DATE = (CaseState.FOUND, CaseState.NOTICED, CaseState.REMINDED)
_OPEN = tuple(state for state in CaseState if state is not CaseState.RELEASED)

TRANSITIONS: tuple[tuple[CaseState | None, Step, CaseState], ...] = (
    (None, Step.FIND, CaseState.FOUND),
    (CaseState.FOUND, Step.NOTICE, CaseState.NOTICED),
    *((state, Step.REMIND, CaseState.REMINDED) for state in _BEFORE_DATE[1:]),
    *((state, Step.RESTRICT, CaseState.RESTRICTED) for state in _BEFORE_DATE),
    (CaseState.RESTRICTED, Step.PROPOSE, CaseState.SUSPENSION_PROPOSED),
    (CaseState.SUSPENSION_PROPOSED, Step.WITHDRAW, CaseState.RESTRICTED),
    (CaseState.SUSPENSION_PROPOSED, Step.SUSPEND, CaseState.SUSPENDED),
    *(
        (state, Step.EXEMPT, CaseState.EXEMPT)
        for state in (*_BEFORE_DATE, CaseState.RESTRICTED, CaseState.SUSPENSION_PROPOSED)
    ),
    (CaseState.SUSPENDED, Step.EXEMPT, CaseState.EXEMPT),
    (CaseState.EXEMPT, Step.LAPSE, CaseState.FOUND),
    *((state, Step.RELEASE, CaseState.RELEASED) for state in _OPEN),
)
"""Every allowed step: from where (None: there was no case), what, to where. There are no others."""

HELD_BY_APPEAL = frozenset({Step.PROPOSE, Step.SUSPEND})
"""The steps that cannot be taken while an appeal is open; a proposal is withdrawn by one."""

TAGS: Mapping[Step, Tag] = MappingProxyType(
    {
        Step.FIND: Tag.CASE_FOUND,
        Step.NOTICE: Tag.CASE_NOTICED,
        Step.REMIND: Tag.CASE_REMINDED,
        Step.RESTRICT: Tag.CASE_RESTRICTED,
        Step.PROPOSE: Tag.CASE_PROPOSED,
        Step.WITHDRAW: Tag.CASE_WITHDRAWN,
        Step.SUSPEND: Tag.CASE_SUSPENDED,
        Step.EXEMPT: Tag.CASE_EXEMPTED,
        Step.LAPSE: Tag.CASE_LAPSED,
        Step.RELEASE: Tag.CASE_RELEASED,
    }
)
"""The audit event of each step."""

_AFTER = MappingProxyType({(before, step): after for before, step, after in TRANSITIONS})


class NotAllowed(CannotRun):
    """A case cannot take a step, and why."""


def after(state: CaseState | None, step: Step) -> CaseState:
    """Where a step leads. Raises NotAllowed where the table has none."""
    try:
        return _AFTER[state, step]
    except KeyError:
        allowed = ", ".join(known for before, known in _AFTER if before == state)
        left = f"it can {allowed}" if allowed else "it is over"
        raise NotAllowed(f"a case that is {state} cannot {step}; {left}") from None


@dataclass(frozen=True, slots=True)
class Case:
    """The case of one organization. Only one of its cases is not released.

    `steps` counts the steps so far; `since` is the instant of the last. `appeal` is the id of the
    open appeal. `loud` says what a person must look at, such as contacts that are all bad.
    `requests`, of which `unsupported` came from unsupported regions between `first` and `last`,
    are those of the last reconcile.
    """

    number: int
    organization: str
    state: CaseState
    steps: int
    opened: datetime
    since: datetime
    requests: int
    unsupported: int
    first: datetime | None
    last: datetime | None
    loud: str | None = None
    appeal: str | None = None

    def after(self, step: Step) -> CaseState:
        """Where a step leads. Raises NotAllowed."""
        if self.appeal is not None and step in HELD_BY_APPEAL:
            raise NotAllowed(f"case {self.number} is under appeal ({self.appeal}): decide it first")
        try:
            return after(self.state, step)
        except NotAllowed as wrong:
            raise NotAllowed(f"case {self.number} of {self.organization}: {wrong}") from None
