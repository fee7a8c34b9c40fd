"""Decide an appeal: grant it as an exemption or as corrections, or deny it, and say why.

Whoever proposed the suspension of the account does not decide, nor who recorded the appeal; a
reopened appeal is for another than the one who denied it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from regiongate.control.acting import acting
from regiongate.control.appeal.sitting import Sitting
from regiongate.control.appeal.tell import tell_decided, tell_released
from regiongate.control.grant import correct, exempt
from regiongate.control.grant.correct import Located
from regiongate.control.grant.exempt import BY_DATE, Subject
from regiongate.control.grant.terms import Terms, require_reason
from regiongate.control.notices.loud import be_quiet
from regiongate.domain.appeal import Appeal, AppealState
from regiongate.domain.audit import AuditEvent, Json, Tag
from regiongate.domain.case import Case, CaseState, Step
from regiongate.domain.errors import CannotRun
from regiongate.domain.exemption import Correction, Exemption
from regiongate.domain.notice import ReleaseCause
from regiongate.domain.role import Act
from regiongate.store.appeals import Appeals
from regiongate.store.audit import AuditTrail
from regiongate.store.cases import Cases
from regiongate.store.hold_case import hold_case
from regiongate.store.notices import Notices


@dataclass(frozen=True, slots=True)
class Ruling:
    """Who decides, why, and until when what is granted holds (None: without end)."""

    person: str
    reason: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Decided:
    """A decided appeal, its case as it is now, and what the appeal became."""

    appeal: Appeal
    case: Case
    exemption: Exemption | None = None
    corrections: tuple[Correction, ...] = ()


def grant_exemption(sitting: Sitting, name: str, ruling: Ruling) -> Decided:
    """Grant an appeal: the organization becomes exempt, in place of an exemption that it has.

    Raises CannotRun when there is no such appeal, it is decided, or the person may not.
    """
    appeal, case = _begin(sitting, name, ruling)
    # It replaces one that runs out: whoever asks for more time asks so.
    terms = Terms(ruling.reason, ruling.person, ruling.until, appeal.id, replaces=True)
    subject = Subject(organization=case.organization)
    made = exempt.grant(sitting.connection, subject, terms, sitting.at)
    return _close(sitting, appeal, ruling, exemption=made.exemption)


def grant_corrections(
    sitting: Sitting,
    name: str,
    ruling: Ruling,
    located: Sequence[Located],
    *,
    replaces: bool = False,
) -> Decided:
    """Grant an appeal: networks are where it says, and the case is released.

    Raises CannotRun when there is no such appeal, it is decided, the person may not, or a network
    is corrected already and that is not to be replaced.
    """
    appeal, case = _begin(sitting, name, ruling)
    terms = Terms(ruling.reason, ruling.person, ruling.until, appeal.id, replaces)
    made = correct.grant(sitting.connection, located, terms, sitting.at, case.organization)
    released = None
    if case.state is not CaseState.RELEASED:
        released = _release(sitting, case, appeal, ruling)
    decided = _close(sitting, appeal, ruling, corrections=tuple(made))
    if released is not None:
        tell_released(sitting, decided.case)
    return decided


def deny(sitting: Sitting, name: str, ruling: Ruling) -> Decided:
    """Deny an appeal. The case goes on from where it stands.

    Raises CannotRun when there is no such appeal, it is decided, or the person may not.
    """
    appeal, _ = _begin(sitting, name, ruling)
    return _close(sitting, appeal, ruling)


def _begin(sitting: Sitting, name: str, ruling: Ruling) -> tuple[Appeal, Case]:
    """The open appeal and its case, which nothing holds back any more.

    All that speaks against a decision is said here.
    """
    actor = acting(sitting.connection, ruling.person, Act.DECIDE_APPEAL)
    require_reason(ruling.reason)
    appeals = Appeals(sitting.connection)
    found = appeals.get(name)
    case = None if found is None else hold_case(sitting.connection, found.case)
    appeal = appeals.get(name)  # As it is now that nobody else decides it.
    if appeal is None or case is None:
        raise CannotRun(f"there is no appeal {name}: see regiongate appeal list")
    if appeal.decided is not None:
        when = f"by {appeal.decided_by} on {appeal.decided:%Y-%m-%d}"
        raise CannotRun(f"the appeal {name} was {appeal.state} {when}: it stays as it is")
    if sitting.at < appeal.opened:
        opened = f"{appeal.opened:%Y-%m-%d %H:%M:%S} UTC"
        raise CannotRun(f"the appeal {name} was opened at {opened}: decide it after that")
    _require_another(sitting, appeal, case, actor.name)
    Cases(sitting.connection).hold(case.number, None)
    return appeal, replace(case, appeal=None)


def _require_another(sitting: Sitting, appeal: Appeal, case: Case, name: str) -> None:
    steps = Cases(sitting.connection).steps(case)
    proposers = {one.actor for one in steps if one.step is Step.PROPOSE}
    first = Appeals(sitting.connection).get(appeal.reopened_of) if appeal.reopened_of else None
    against = (
        (name in proposers, "proposed the suspension of this account"),
        (name == appeal.opened_by, "recorded this appeal"),
        (first is not None and first.decided_by == name, "denied it the first time"),
    )
    for holds, did in against:
        if holds:
            raise CannotRun(f"{name} {did}, so another approver decides the appeal {appeal.id}")


def _release(sitting: Sitting, case: Case, appeal: Appeal, ruling: Ruling) -> Case:
    detail: dict[str, Json] = {"cause": ReleaseCause.APPEAL_GRANTED.value, "appeal": appeal.id}
    reason = f"the appeal {appeal.id} was granted: {ruling.reason}"
    at, person = sitting.at, ruling.person
    cases = Cases(sitting.connection)
    released = cases.take(case, Step.RELEASE, at, person, reason, detail=detail)
    # What a person was to look at was about a case that is over now.
    cases.be_loud(case.number, None)
    waiting = Notices(sitting.connection)
    waiting.cancel([case.number], BY_DATE, at, person, "the organization is released")
    return released


def _close(
    sitting: Sitting,
    appeal: Appeal,
    ruling: Ruling,
    *,
    exemption: Exemption | None = None,
    corrections: tuple[Correction, ...] = (),
) -> Decided:
    """Write the decision down, and tell the organization."""
    decided = Appeals(sitting.connection).decide(
        appeal,
        sitting.at,
        ruling.person,
        ruling.reason,
        exemption=None if exemption is None else exemption.id,
        correction=corrections[0].id if corrections else None,
    )
    became = [one.id for one in (exemption, *corrections) if one is not None]
    AuditTrail(sitting.connection).write([_event(decided, became)])
    be_quiet(sitting.connection, appeal.case, appeal.id)
    case = Cases(sitting.connection).get(appeal.case)
    if case is None:
        raise AssertionError(f"case {appeal.case} is held and is gone")
    tell_decided(sitting, case, decided, ruling.until)
    return Decided(decided, case, exemption, corrections)


def _event(appeal: Appeal, became: list[str]) -> AuditEvent:
    if appeal.decided is None or appeal.decided_by is None:
        raise ValueError(f"{appeal.id} is not decided")
    detail: dict[str, Json] = {
        "appeal": appeal.id,
        "case": appeal.case,
        "reason": appeal.reason,
        "became": [*became],
    }
    granted = appeal.state is AppealState.GRANTED
    tag = Tag.APPEAL_GRANTED if granted else Tag.APPEAL_DENIED
    return AuditEvent(appeal.decided, appeal.decided_by, tag, appeal.organization, detail)
