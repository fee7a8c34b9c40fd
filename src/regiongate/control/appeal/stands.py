"""How a case stands, as whoever has the link of its notice may know it."""

from __future__ import annotations

from dataclasses import dataclass

from regiongate.control.appeal.open import reopened
from regiongate.control.appeal.sent import View, view_by_link
from regiongate.control.appeal.sitting import Sitting
from regiongate.control.links.appeal import read_link
from regiongate.control.notices.seen import Looking, seen_of
from regiongate.domain.appeal import AppealState
from regiongate.domain.case import Case, CaseState
from regiongate.domain.errors import CannotRun
from regiongate.domain.evidence import EvidenceKind
from regiongate.domain.notice import Seen
from regiongate.store.addressees import correspondents
from regiongate.store.appeals import Appeals
from regiongate.store.cases import Cases
from regiongate.store.suspensions import Suspensions

_RESTS_ON = frozenset({CaseState.SUSPENSION_PROPOSED, CaseState.SUSPENDED})
"""The states that rest on evidence, which its organization is told the kinds of."""


@dataclass(frozen=True, slots=True)
class Stands:
    """A case, the name of its organization, and what was said of it so far.

    `seen` is what a notice of today would say was seen, None where nothing young enough was.
    `kinds` are those of the evidence of a suspension. `appeal` is the latest one, None where there
    is none. `may_appeal` says whether one can be opened, or the latest be reopened, at the instant.
    """

    case: Case
    name: str
    seen: Seen | None
    kinds: tuple[EvidenceKind, ...]
    appeal: View | None
    may_appeal: bool


def stands_by_link(sitting: Sitting, token: str, secret: bytes) -> Stands:
    """How the case stands that a token names. The transaction only needs to read.

    Raises BadLink for a token that is not ours, is another case's, or has ended.
    """
    connection = sitting.connection
    link = read_link(token, secret, sitting.at)
    case = link.require(Cases(connection).get(link.case))
    known = correspondents(connection, [case.organization])
    found = known.get(case.organization)
    looking = Looking(sitting.desk.rules.look_back, None, sitting.desk.clouds)
    seen = seen_of(connection, [case.organization], known, looking, sitting.at)
    return Stands(
        case=case,
        name=case.organization if found is None else found.name,
        seen=seen.get(case.organization),
        kinds=_kinds(sitting, case),
        appeal=view_by_link(connection, token, secret, sitting.at),
        may_appeal=_may_appeal(sitting, case),
    )


def _kinds(sitting: Sitting, case: Case) -> tuple[EvidenceKind, ...]:
    if case.state not in _RESTS_ON:
        return ()
    proposals = Suspensions(sitting.connection).of(case.number)
    return tuple(dict.fromkeys(one.kind for one in proposals[-1].evidence)) if proposals else ()


def _may_appeal(sitting: Sitting, case: Case) -> bool:
    latest = Appeals(sitting.connection).latest(case.number)
    if latest is not None and latest.state is AppealState.OPEN:
        return False
    try:
        reopened(sitting, case, latest)
    except CannotRun:
        return False
    return True
