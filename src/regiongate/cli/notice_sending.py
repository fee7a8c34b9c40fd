"""`regiongate case notice --send`: hand what is due to the relay, once or until Ctrl-C."""

from __future__ import annotations

import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from regiongate.cli.send_progress import send_progress
from regiongate.control.acting import acting
from regiongate.control.notices.deliver import Delivery, Patience
from regiongate.control.notices.outlook import outlook
from regiongate.control.notices.send import send_due
from regiongate.domain.role import SYSTEM, Act
from regiongate.notify.settings import Settings
from regiongate.store.database import Database
from regiongate.store.outbox import Outbox

_LOOK_EVERY = 5.0
"""Seconds between two looks for what is due, where sending goes on."""


@dataclass(frozen=True, slots=True)
class Wish:
    """How to send: with which settings, by how many workers, once or going on, by whose hand."""

    settings: Settings
    workers: int
    stay: bool
    person: str | None


def send(database: Database, wish: Wish, at: datetime, *, dry_run: bool) -> dict[str, object]:
    """Send what is due as of an instant, and say what became of it."""
    actor = _actor(database, wish.person)
    if dry_run:
        return _rehearsed(database, at)
    begun = time.monotonic()
    fates: Counter[str] = Counter()
    cancelled = 0
    with _stopping() as stop:
        while True:
            heard, late = _once(database, wish, actor, _clock(at, begun), stop)
            fates += heard
            cancelled += late
            if not wish.stay or stop.wait(_LOOK_EVERY):
                break
    seconds = time.monotonic() - begun
    rate = round(fates.total() / seconds, 1) if seconds else 0.0
    with database.reading() as connection:
        waiting = Outbox(connection, actor).waiting(at)
    said = {"sent": dict(fates), "cancelled": cancelled, "waiting": waiting}
    return said | {"seconds": round(seconds, 2), "rate": rate}


def _once(
    database: Database,
    wish: Wish,
    actor: str,
    now: Callable[[], datetime],
    stop: threading.Event,
) -> tuple[Counter[str], int]:
    """What became of each attempt, and how many notices were cancelled."""
    with database.reading() as connection:
        due = Outbox(connection, actor).due(now())
    relay = wish.settings.relay
    with send_progress(due) as heard:
        delivery = Delivery(
            database=database,
            schedule=wish.settings.schedule,
            patience=Patience.with_relay(relay),
            actor=actor,
            now=now,
            hear=heard,
            stop=stop.is_set,
        )
        sent = send_due(delivery, relay, wish.settings.sender.domain, wish.workers)
    return heard.fates, sent.cancelled


def _actor(database: Database, person: str | None) -> str:
    """Who has the notices sent; nobody in particular where a timer does."""
    if person is None:
        return SYSTEM
    with database.reading() as connection:
        return acting(connection, person, Act.NOTIFY).name


def _rehearsed(database: Database, at: datetime) -> dict[str, object]:
    """How many would be sent, cancelled, and left waiting or tried again."""
    with database.reading() as connection:
        found = outlook(connection, at)
        return {"due": found.letters, "cancelled": found.late, "waiting": found.waiting}


def _clock(at: datetime, begun: float) -> Callable[[], datetime]:
    """A clock that showed `at` when it was begun: also one that looks at another day goes on."""
    return lambda: at + timedelta(seconds=time.monotonic() - begun)


@contextmanager
def _stopping() -> Iterator[threading.Event]:
    """What Ctrl-C and SIGTERM set: the letters at hand are ended first, so none is in doubt."""
    stop = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    known = {
        number: signal.signal(number, lambda *_: stop.set())
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield stop
    finally:
        for number, handler in known.items():
            signal.signal(number, handler)
