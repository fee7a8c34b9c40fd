"""Tell: the mails that an appeal brings."""

from __future__ import annotations

from datetime import datetime

from regiongate.control.appeal.sitting import Sitting
from regiongate.control.notices.told import Told
from regiongate.domain.appeal import Appeal
from regiongate.domain.case import Case
from regiongate.domain.notice import AppealDecision, AppealReceived, Event, Release, ReleaseCause


def tell_received(sitting: Sitting, case: Case, appeal: Appeal) -> None:
    """That it was received, and by when it is answered.

    The mail goes to the contacts in the books, never to an address that came with the appeal:
    whoever has the link could make us write to anybody.
    """
    _write(sitting, case, Told(Event.APPEAL_RECEIVED, appeal.id, appeal=_told(appeal)))


def tell_decided(sitting: Sitting, case: Case, appeal: Appeal, until: datetime | None) -> None:
    """How it was decided, why, and until when what it became holds."""
    outcome, reason, at = appeal.outcome, appeal.reason, appeal.decided
    if outcome is None or reason is None or at is None:
        raise ValueError(f"{appeal.id} is not decided")
    may_reopen = appeal.reopens_until() is not None
    decision = AppealDecision(outcome, at, reason, until, may_reopen)
    told = Told(Event.APPEAL_DECIDED, appeal.id, appeal=_told(appeal), decision=decision)
    _write(sitting, case, told)


def tell_released(sitting: Sitting, case: Case) -> None:
    """That the case is closed, because the appeal was right."""
    release = Release(ReleaseCause.APPEAL_GRANTED, sitting.at)
    _write(sitting, case, Told(Event.RELEASED, release=release))


def _write(sitting: Sitting, case: Case, told: Told) -> None:
    sitting.desk.write(sitting.connection, [case], told, sitting.at)


def _told(appeal: Appeal) -> AppealReceived:
    return AppealReceived(appeal.id, appeal.opened, appeal.due)
