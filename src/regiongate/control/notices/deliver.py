"""Delivering: one worker hands what is due to the relay, one notice after the other.

Any number of workers may do it at once, in threads or in processes; each may end at any instant.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from regiongate.control.notices import fates
from regiongate.control.notices.loud import be_loud, be_quiet
from regiongate.notify.delivery.mailer import Mailer
from regiongate.notify.delivery.outcome import Fate, Outcome
from regiongate.notify.language import primary
from regiongate.notify.letter import Letter
from regiongate.notify.schedule import Schedule
from regiongate.notify.settings import Relay
from regiongate.store.cases import Cases
from regiongate.store.database import Database
from regiongate.store.notices import Cancelled, Notices, NoticeState
from regiongate.store.organizations import Organizations
from regiongate.store.outbox import Claimed, Held, Outbox

Hear = Callable[[Claimed, Outcome], None]
"""Who wants to know of each attempt."""

_STAGES = 12
"""So many answers a worker waits for, at most, before the end of a letter."""


class ClaimLost(Exception):
    """Somebody else has taken the notice meanwhile, so nothing was sent."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a worker may be silent before its claim is taken for that of a dead one.

    `sending` is for a letter whose end was not begun: it is sent by another. `ending` is for one
    whose end was: it becomes unknown.
    """

    sending: timedelta
    ending: timedelta

    @classmethod
    def with_relay(cls, relay: Relay) -> Patience:
        """As long as the conversation with a relay can take, and a little more."""
        minute = timedelta(minutes=1)
        return cls(
            sending=timedelta(seconds=relay.timeout * _STAGES) + minute,
            ending=timedelta(seconds=relay.timeout + relay.answer_timeout) + minute,
        )


@dataclass(frozen=True, slots=True)
class Delivery:
    """What all workers share. `actor` has the notices sent; `now` is the clock.

    `hear` is told of each attempt, and `stop` is asked before each notice.
    """

    database: Database
    schedule: Schedule
    patience: Patience
    actor: str
    now: Callable[[], datetime]
    hear: Hear
    stop: Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Recovered:
    """The claims that were settled for workers that are gone, and what it was too late to send."""

    silent: tuple[Held, ...]
    cancelled: tuple[Cancelled, ...]


def recover(delivery: Delivery) -> Recovered:
    """Settle the claims whose workers are gone, and cancel what it is too late for.

    What was not sent is due again; what may have been, or was cancelled, makes its case loud.
    """
    at, actor = delivery.now(), delivery.actor
    with delivery.database.writing() as connection:
        outbox = Outbox(connection, actor)
        patience = delivery.patience
        silent = outbox.silent(at - patience.sending, at - patience.ending)
        for held in silent:
            answer, becomes = fates.after_silence(held, delivery.schedule, at)
            if outbox.settle(held, at, answer, becomes):
                _look(connection, held, becomes.state, at, actor)
        cancelled = Notices(connection).cancel_void(at, actor)
        for late in cancelled:
            why = f"notice {late.id} ({late.event}) was not sent before its date"
            be_loud(connection, late.case, why, at, actor)
    return Recovered(tuple(silent), tuple(cancelled))


def work(delivery: Delivery, mailer: Mailer) -> int:
    """Send what is due until nothing is; the number of attempts. Each worker has its own mailer."""
    attempts = 0
    done: tuple[Claimed, Outcome] | None = None
    while True:
        with delivery.database.writing() as connection:
            if done is not None:
                _settle(connection, delivery, *done)
            outbox = Outbox(connection, delivery.actor)
            free = not delivery.stop()
            claimed = outbox.claim(secrets.token_hex(8), delivery.now()) if free else None
        if done is not None:
            delivery.hear(*done)
        if claimed is None:
            return attempts
        attempts += 1
        done = _sent(delivery, mailer, claimed)


def _sent(delivery: Delivery, mailer: Mailer, claimed: Claimed) -> tuple[Claimed, Outcome] | None:
    """Hand one over; None where the claim was lost before the end of the letter."""

    def before_end() -> None:
        at = delivery.now()
        # From here on the relay may have it, and no loss of power may make us forget that.
        with delivery.database.writing(durable=True) as connection:
            if not Outbox(connection, delivery.actor).begin_end(claimed, at):
                raise ClaimLost

    try:
        return claimed, mailer.send(_letter(claimed), before_end)
    except ClaimLost:
        return None


def _settle(
    connection: sa.Connection, delivery: Delivery, claimed: Claimed, outcome: Outcome
) -> None:
    at, actor = delivery.now(), delivery.actor
    becomes = fates.becomes(outcome, claimed, delivery.schedule, at)
    if not Outbox(connection, actor).settle(claimed, at, fates.answer(outcome), becomes):
        if outcome.fate in (Fate.ACCEPTED, Fate.UNKNOWN):
            why = f"notice {claimed.id}: attempt {claimed.attempts} was {outcome.fate}"
            be_loud(connection, claimed.case, f"{why} after it had been settled", at, actor)
        return
    if fates.is_bad_address(outcome):
        code = outcome.reply.code if outcome.reply is not None else 0
        reason = f"the relay refused the recipient ({code})"
        Organizations(connection).mark_bad(claimed.organization, claimed.address, at, reason)
    if becomes.state is NoticeState.ACCEPTED:
        _quiet(connection, claimed)
    _look(connection, claimed, becomes.state, at, actor)


def _quiet(connection: sa.Connection, claimed: Claimed) -> None:
    """Nobody need look at a notice that was accepted, nor at the earlier rounds of the same."""
    case = Cases(connection).get(claimed.case)
    notices = Notices(connection)
    name = None if case is None or case.loud is None else claimed.id
    while name is not None:
        be_quiet(connection, claimed.case, name)
        kept = notices.get(name)
        name = None if kept is None else kept.follows


_LOOK = {
    NoticeState.REFUSED: "was refused",
    NoticeState.UNKNOWN: "may have been sent or not: find out, and say so",
    NoticeState.GIVEN_UP: "was never accepted",
}


def _look(
    connection: sa.Connection, held: Claimed | Held, state: NoticeState, at: datetime, actor: str
) -> None:
    """Make the case loud where a person must look at what became of its notice."""
    if state in _LOOK:
        be_loud(connection, held.case, f"notice {held.id} {_LOOK[state]}", at, actor)


def _letter(claimed: Claimed) -> Letter:
    return Letter(
        notice=claimed.id,
        message_id=claimed.message_id,
        return_path=claimed.return_path,
        recipient=claimed.address,
        subject=claimed.subject,
        language=claimed.language,
        asked=claimed.asked,
        is_fallback=primary(claimed.asked) != claimed.language,
        message=claimed.message,
    )
