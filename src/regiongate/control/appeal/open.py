"""Open an appeal: by the signed link of a notice, or by a person for whoever wrote by mail.

No login and no contact in the books is needed, and it works while the organization is suspended
or its address is refused. Opened twice at once, it is one appeal.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from regiongate.control.acting import acting
from regiongate.control.appeal.sitting import Sitting
from regiongate.control.appeal.tell import tell_received
from regiongate.control.links.appeal import read_link
from regiongate.control.new_id import new_id
from regiongate.domain.appeal import (
    ORGANIZATION,
    Appeal,
    AppealState,
    Statement,
    answered,
)
from regiongate.domain.audit import AuditEvent, Json, Tag
from regiongate.domain.case import Case, CaseState, Step
from regiongate.domain.errors import CannotRun
from regiongate.domain.role import SYSTEM, Act
from regiongate.store.appeals import Appeals
from regiongate.store.audit import AuditTrail
from regiongate.store.cases import Cases
from regiongate.store.hold_case import hold_case


@dataclass(frozen=True, slots=True)
class Opened:
    """An appeal that is open, and its case. `new` is False where it was open before."""

    appeal: Appeal
    case: Case
    new: bool


def open_by_link(sitting: Sitting, token: str, secret: bytes, said: Statement) -> Opened:
    """Open the appeal of the case that a token names, or reopen the one that was denied.

    Where one is open already, that is the answer, and what is said now is not kept. Raises BadLink
    for a token that is not ours, is another case's, or has ended; CannotRun where nothing is left
    to appeal.
    """
    link = read_link(token, secret, sitting.at)
    case = link.require(hold_case(sitting.connection, link.case))
    return _open(sitting, case, said, ORGANIZATION)


def open_for(sitting: Sitting, number: int, person: str, said: Statement) -> Opened:
    """Open the appeal of a case that reached a person in another way, or reopen one.

    Raises CannotRun when there is no such case, nothing is left to appeal, or the person may not.
    """
    actor = acting(sitting.connection, person, Act.NOTE)
    case = hold_case(sitting.connection, number)
    if case is None:
        raise CannotRun(f"there is no case {number}: see regiongate case list")
    return _open(sitting, case, said, actor.name)


def reopen_for(sitting: Sitting, name: str, person: str, said: Statement) -> Opened:
    """Reopen a denied appeal for whoever wrote by mail.

    Raises CannotRun when it cannot be reopened, or the person may not.
    """
    actor = acting(sitting.connection, person, Act.NOTE)
    found = Appeals(sitting.connection).get(name)
    if found is None:
        raise CannotRun(f"there is no appeal {name}: see regiongate appeal list")
    case = hold_case(sitting.connection, found.case)
    latest = None if case is None else Appeals(sitting.connection).latest(case.number)
    if case is None or latest is None or latest.id != found.id:
        raise CannotRun(f"{name} is not the latest appeal of its case, so it stays as it is")
    if latest.state is AppealState.OPEN:
        raise CannotRun(f"{name} is open: it need not be reopened")
    _require_open(case)
    _require_reopenable(latest, sitting)
    return _begin(sitting, case, said, actor.name, latest)


def _open(sitting: Sitting, case: Case, said: Statement, by: str) -> Opened:
    latest = Appeals(sitting.connection).latest(case.number)
    if latest is not None and latest.state is AppealState.OPEN:
        return Opened(latest, case, new=False)
    return _begin(sitting, case, said, by, reopened(sitting, case, latest))


def reopened(sitting: Sitting, case: Case, latest: Appeal | None) -> Appeal | None:
    """What an appeal of a case would reopen, whose latest one is decided; None: it is a new one.

    Raises CannotRun where nothing is left to appeal.
    """
    _require_open(case)
    steps = [(one.number, one.step) for one in Cases(sitting.connection).steps(case)]
    if latest is None or not answered(steps, latest.step) or _asks_for_longer(latest, case):
        return None
    _require_reopenable(latest, sitting)
    return latest


def _begin(
    sitting: Sitting, case: Case, said: Statement, by: str, reopens: Appeal | None
) -> Opened:
    at = sitting.at
    appeal = Appeal(
        id=new_id("a"),
        case=case.number,
        organization=case.organization,
        state=AppealState.OPEN,
        step=case.steps,
        text=said.text,
        mail=said.mail,
        network=said.network,
        opened=at,
        opened_by=by,
        due=at + sitting.desk.rules.appeal_within,
        reopened_of=None if reopens is None else reopens.id,
    )
    cases = Cases(sitting.connection)
    if case.state is CaseState.SUSPENSION_PROPOSED:
        reason = f"the appeal {appeal.id} was opened"
        case = cases.take(case, Step.WITHDRAW, at, SYSTEM, reason, detail={"appeal": appeal.id})
    Appeals(sitting.connection).open(appeal, said.files, reopens)
    cases.hold(case.number, appeal.id)
    AuditTrail(sitting.connection).write([_event(appeal, said)])
    held = replace(case, appeal=appeal.id)
    tell_received(sitting, held, appeal)
    return Opened(appeal, held, new=True)


def _asks_for_longer(latest: Appeal, case: Case) -> bool:
    """Whether what was granted may be asked for again: the notice of its end says so."""
    return case.state is CaseState.EXEMPT and latest.state is AppealState.GRANTED


def _require_open(case: Case) -> None:
    if case.state is CaseState.RELEASED:
        on = case.since.strftime("%Y-%m-%d")
        raise CannotRun(f"this case was closed on {on}: nothing is left in it to appeal")


def _require_reopenable(latest: Appeal, sitting: Sitting) -> None:
    """What was decided is not decided again: the second time it takes something new."""
    until = latest.reopens_until()
    write = f"write to {sitting.desk.policy.contact}"
    if until is None:
        raise CannotRun(f"the appeal {latest.id} was {latest.state}, and that is final: {write}")
    if until <= sitting.at:
        day = until.strftime("%Y-%m-%d")
        raise CannotRun(f"the appeal {latest.id} could be reopened until {day}: {write}")


def _event(appeal: Appeal, said: Statement) -> AuditEvent:
    """What the trail holds: that it was opened, not what it says."""
    detail: dict[str, Json] = {
        "appeal": appeal.id,
        "case": appeal.case,
        "due": appeal.due.isoformat(),
        "files": [{"kind": one.kind.value, "digest": one.digest} for one in said.files],
    }
    if appeal.reopened_of is None:
        tag = Tag.APPEAL_OPENED
    else:
        tag, detail["reopens"] = Tag.APPEAL_REOPENED, appeal.reopened_of
    return AuditEvent(appeal.opened, appeal.opened_by, tag, appeal.organization, detail)
