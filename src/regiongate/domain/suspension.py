"""What a suspension takes: every condition that is missing, told all at once with its remedy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from regiongate.domain.case import Case, CaseState
from regiongate.domain.errors import CannotRun
from regiongate.domain.evidence import ENOUGH, Evidence, EvidenceKind, Grounds, grounds, strongest


class Condition(StrEnum):
    """What is asked for before an account is suspended."""

    STATE = "state"
    APPEAL = "appeal"
    EVIDENCE = "evidence"
    NOTICE = "notice"
    DATE = "date"
    OTHER_PERSON = "other-person"
    APPROVAL = "approval"


@dataclass(frozen=True, slots=True)
class Lacking:
    """A condition that is missing: why, and what to do."""

    condition: Condition
    message: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.condition}: {self.message}: {self.remedy}"


class NotYet(CannotRun):
    """A case cannot be brought nearer to a suspension. Carries every missing condition."""

    def __init__(self, number: int, lacking: Iterable[Lacking]) -> None:
        self.lacking = tuple(lacking)
        lines = "".join(f"\n  {one}" for one in self.lacking)
        super().__init__(f"case {number} lacks what a suspension takes:{lines}")


@dataclass(frozen=True, slots=True)
class Known:
    """What the conditions ask about, at the instant `at`.

    `evidence` held for long enough, `brief` did not. `noticed` is when a notice of the measure was
    delivered, `date` from when the policy suspends; None: never.
    """

    at: datetime
    case: Case
    evidence: tuple[Evidence, ...]
    brief: tuple[Evidence, ...]
    noticed: datetime | None
    date: datetime | None


@dataclass(frozen=True, slots=True)
class Proposed:
    """What somebody proposed, and the two kinds that it was approved on, None before that."""

    by: str
    evidence: tuple[Evidence, ...]
    approved: tuple[EvidenceKind, EvidenceKind] | None


def before_proposing(known: Known) -> list[Lacking]:
    """What is missing for a proposal. It may be made ahead of the policy's date."""
    return [
        *_state(known, CaseState.RESTRICTED, "propose a suspension once it is restricted"),
        *_appeal(known),
        *_evidence(known.evidence, known.brief),
        *_notice(known),
        *_dated(known),
    ]


def before_approving(known: Known, proposed: Proposed | None, person: str) -> list[Lacking]:
    """What is missing for the approval of a proposal, by a person."""
    if proposed is None:
        return [*_nothing_proposed(known)]
    return [
        *_appeal(known),
        *_evidence(still(proposed, known), known.brief),
        *_notice(known),
        *_dated(known),
        *_other(proposed, person),
    ]


def before_suspending(known: Known, proposed: Proposed | None) -> list[Lacking]:
    """What is missing for carrying an approved proposal out."""
    if proposed is None:
        return [*_nothing_proposed(known)]
    return [
        *_appeal(known),
        *_approved(proposed, known),
        *_notice(known),
        *_dated(known),
        *_due(known),
    ]


def still(proposed: Proposed, known: Known) -> tuple[Evidence, ...]:
    """The evidence of a proposal of a kind that there still is."""
    kinds = {one.kind for one in known.evidence}
    return tuple(one for one in proposed.evidence if one.kind in kinds)


def rests_on(evidence: Iterable[Evidence]) -> Grounds:
    """The two that carry a suspension. Raises ValueError where none do."""
    found = grounds(evidence)
    if found is None:
        raise ValueError("this evidence carries no suspension")
    return found


def _state(known: Known, wanted: CaseState, remedy: str) -> Iterator[Lacking]:
    if known.case.state is not wanted:
        yield Lacking(Condition.STATE, f"the case is {known.case.state}", remedy)


def _nothing_proposed(known: Known) -> Iterator[Lacking]:
    message = f"the case is {known.case.state}, and nothing is proposed"
    yield Lacking(Condition.STATE, message, "propose a suspension first")


def _appeal(known: Known) -> Iterator[Lacking]:
    if known.case.appeal is not None:
        message = f"the appeal {known.case.appeal} is open"
        yield Lacking(Condition.APPEAL, message, "decide it first")


def _evidence(evidence: tuple[Evidence, ...], brief: tuple[Evidence, ...]) -> Iterator[Lacking]:
    if grounds(evidence) is not None:
        return
    best = strongest(evidence)
    if not best:
        message = "there is no evidence that held for long enough"
    elif len(best) == 1:
        kinds = ", ".join(one.kind for one in evidence)
        message = f"the evidence ({kinds}) is of one family, {best[0].family}"
    else:
        said = ", ".join(f"{one.kind} {one.weight}" for one in best[:2])
        message = f"the evidence weighs too little ({said}): together it must be {ENOUGH}"
    if brief:
        message += f"; too short a time: {', '.join(one.kind for one in brief)}"
    remedy = "wait for evidence of another family that is reliable, or let it be"
    yield Lacking(Condition.EVIDENCE, message, remedy)


def _notice(known: Known) -> Iterator[Lacking]:
    if known.noticed is None:
        message = "no notice of the measure was delivered"
        yield Lacking(Condition.NOTICE, message, "see regiongate case show, and write to them")


def _dated(known: Known) -> Iterator[Lacking]:
    if known.date is None:
        message = "the policy has no date from which it suspends"
        yield Lacking(Condition.DATE, message, "announce one as `measure.suspend`")


def _due(known: Known) -> Iterator[Lacking]:
    if known.date is not None and known.at < known.date:
        date = f"{known.date.astimezone(UTC):%Y-%m-%dT%H:%MZ}"
        yield Lacking(Condition.DATE, f"the policy suspends from {date} on", "wait until then")


def _other(proposed: Proposed, person: str) -> Iterator[Lacking]:
    if proposed.approved is not None:
        yield Lacking(Condition.APPROVAL, "it is approved already", "regiongate case suspend")
    if person == proposed.by:
        message = f"{person} has proposed it"
        yield Lacking(Condition.OTHER_PERSON, message, "let another person approve it")


def _approved(proposed: Proposed, known: Known) -> Iterator[Lacking]:
    if proposed.approved is None:
        message = f"nobody has approved what {proposed.by} proposed"
        yield Lacking(Condition.APPROVAL, message, "let another person approve it")
        yield from _evidence(still(proposed, known), known.brief)
        return
    gone = {*proposed.approved} - {one.kind for one in known.evidence}
    if gone:
        message = f"the evidence it was approved on is gone: {', '.join(sorted(gone))}"
        yield Lacking(Condition.EVIDENCE, message, "withdraw the proposal, and look at it anew")
