"""What a notice becomes after an attempt, by what the relay answered."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from regiongate.notify.delivery.outcome import Fate, Outcome, Stage
from regiongate.notify.schedule import Schedule
from regiongate.store.notices import NoticeState
from regiongate.store.outbox import Answer, Becomes, Claimed, Held

_GONE = "the worker ended"
_FINAL = {
    Fate.ACCEPTED: NoticeState.ACCEPTED,
    Fate.REFUSED_FOR_GOOD: NoticeState.REFUSED,
    Fate.UNKNOWN: NoticeState.UNKNOWN,
}


def answer(outcome: Outcome) -> Answer:
    """What the relay or the system said, as the store keeps it."""
    said = outcome.reply
    return Answer(
        stage=outcome.stage.value,
        fate=outcome.fate.value,
        code=None if said is None else said.code,
        reply=_without_zeros(outcome.detail if said is None else said.text),
        queue_id=outcome.queue_id,
    )


def becomes(outcome: Outcome, held: Claimed | Held, schedule: Schedule, at: datetime) -> Becomes:
    """What becomes of a notice whose attempt ended so."""
    final = _FINAL.get(outcome.fate)
    return _again(held, schedule, at) if final is None else Becomes(final)


def after_silence(held: Held, schedule: Schedule, at: datetime) -> tuple[Answer, Becomes]:
    """What a claim was, and what its notice becomes, when its worker is not heard of any more."""
    if held.was_ending:
        words = f"{_GONE} after it had begun to send the end of the letter"
        unknown = Answer(Stage.END.value, Fate.UNKNOWN.value, None, words)
        return unknown, Becomes(NoticeState.UNKNOWN)
    not_sent = Answer(None, Fate.NOT_SENT.value, None, f"{_GONE} before the end of the letter")
    again = _again(held, schedule, at)
    # It was not refused, so there is nothing to wait for.
    return not_sent, again if again.due is None else replace(again, due=at)


def is_bad_address(outcome: Outcome) -> bool:
    """Whether the relay refused the recipient for good, and not the letter or us."""
    return outcome.fate is Fate.REFUSED_FOR_GOOD and outcome.stage is Stage.RECIPIENT


def _again(held: Claimed | Held, schedule: Schedule, at: datetime) -> Becomes:
    """Due again after the wait of the schedule, or given up when its time is over."""
    due = schedule.next(held.attempts, at, held.begun_at)
    if due is None:
        return Becomes(NoticeState.GIVEN_UP, why=f"not accepted in {held.attempts} attempts")
    return Becomes(NoticeState.READY, due)


def _without_zeros(text: str) -> str:
    # No database keeps a zero character in a text, and a relay may say anything.
    return text.replace("\0", "\ufffd")
