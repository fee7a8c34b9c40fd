"""The post of a server: the one way to its relay, for all who ask, a piece at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from threading import Event, Lock

from regiongate.control.notices.deliver import Delivery, Patience, recover, work
from regiongate.control.notices.unaccepted import Unaccepted, unaccepted
from regiongate.domain.errors import CannotRun
from regiongate.notify.delivery.mailer import Mailer
from regiongate.notify.delivery.outcome import Fate, Outcome
from regiongate.notify.settings import Settings
from regiongate.store.database import Database
from regiongate.store.outbox import Claimed


@dataclass(frozen=True, slots=True)
class Most:
    """How much of what is due is sent at once: so many letters, begun within so many seconds."""

    letters: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Piece:
    """What became of a piece.

    `fates` says how many attempts had each fate, and `unaccepted` tells of those whose letter was
    not accepted. `recovered` are the claims that were settled for workers that are gone, and
    `cancelled` the notices whose date came before they were sent.
    """

    fates: Mapping[Fate, int]
    unaccepted: tuple[Unaccepted, ...]
    recovered: int
    cancelled: int


class Post:
    """Sends what is due, one piece at a time, and keeps the pace of the relay from one to the next.

    `clock` gives seconds that only grow, `sleep` waits for some.
    """

    def __init__(
        self, settings: Settings, clock: Callable[[], float], sleep: Callable[[float], None]
    ) -> None:
        self._settings, self._clock = settings, clock
        self._mailer = Mailer(settings.relay, settings.sender.domain, clock, sleep)
        self._lock, self._closed = Lock(), Event()

    def close(self) -> None:
        """Begin no further letter, and wait until the one at hand is ended."""
        self._closed.set()
        with self._lock:
            pass

    def require_free(self) -> None:
        """Raise CannotRun while a piece is being sent."""
        if self._lock.locked():
            raise _busy()

    def send(
        self, database: Database, actor: str, now: Callable[[], datetime], most: Most
    ) -> Piece:
        """Send a piece of what is due. The letter at hand is always ended, so none is in doubt.

        Raises CannotRun while another piece is being sent: two would have twice the pace.
        """
        if not self._lock.acquire(blocking=False):
            raise _busy()
        try:
            heard = _Heard()
            stop = _Stop(most, self._clock, self._closed)
            delivery = self._delivery(database, actor, now, heard, stop)
            recovered = recover(delivery)
            work(delivery, self._mailer)
        finally:
            self._mailer.close()
            self._lock.release()
        silent, cancelled = len(recovered.silent), len(recovered.cancelled)
        return Piece(dict(heard.fates), tuple(heard.unaccepted), silent, cancelled)

    def _delivery(
        self,
        database: Database,
        actor: str,
        now: Callable[[], datetime],
        heard: _Heard,
        stop: _Stop,
    ) -> Delivery:
        patience = Patience.with_relay(self._settings.relay)
        return Delivery(database, self._settings.schedule, patience, actor, now, heard, stop)


def _busy() -> CannotRun:
    return CannotRun("letters are being sent at this moment: ask again in a minute")


class _Heard:
    """Takes in what became of each attempt."""

    def __init__(self) -> None:
        self.fates: Counter[Fate] = Counter()
        self.unaccepted: list[Unaccepted] = []

    def __call__(self, claimed: Claimed, outcome: Outcome) -> None:
        self.fates[outcome.fate] += 1
        told = unaccepted(claimed, outcome)
        if told is not None:
            self.unaccepted.append(told)


class _Stop:
    """Says when a piece is over; it is asked before each letter."""

    def __init__(self, most: Most, clock: Callable[[], float], closed: Event) -> None:
        self._left, self._clock, self._closed = most.letters, clock, closed
        self._ends = clock() + most.seconds

    def __call__(self) -> bool:
        self._left -= 1
        return self._left < 0 or self._clock() >= self._ends or self._closed.is_set()
