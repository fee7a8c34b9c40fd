"""Sending everything that is due, by one worker or by several at once."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from threading import Event

from regiongate.control.notices.deliver import Delivery, recover, work
from regiongate.notify.delivery.mailer import Mailer
from regiongate.notify.settings import Relay


@dataclass(frozen=True, slots=True)
class Sent:
    """How many attempts were made, and how many claims of workers that are gone were settled.

    `cancelled` are the notices that were not sent, because the date they tell of came first.
    """

    attempts: int
    recovered: int
    cancelled: int


def send_due(delivery: Delivery, relay: Relay, hello: str, workers: int = 1) -> Sent:
    """Send what is due, and return when nothing is any more, or when `delivery.stop` says so.

    The pace of the relay is that of all these workers together. When the waiting is interrupted,
    or a worker fails, each of the others ends its letter first, so that nothing is left in doubt.
    """
    failed = Event()
    shared = replace(delivery, stop=lambda: failed.is_set() or delivery.stop())
    recovered = recover(delivery)
    share = _share(relay, workers)

    def one() -> int:
        try:
            with Mailer(share, hello, time.monotonic, time.sleep) as mailer:
                return work(shared, mailer)
        except BaseException:
            failed.set()
            raise

    with ThreadPoolExecutor(_count(relay, workers)) as pool:
        running = [pool.submit(one) for _ in range(_count(relay, workers))]
        try:
            wait(running)
        except BaseException:
            failed.set()
            raise
    attempts = sum(done.result() for done in running)
    return Sent(attempts, len(recovered.silent), len(recovered.cancelled))


def _count(relay: Relay, workers: int) -> int:
    """No more workers than letters a minute: each gets a whole number of them."""
    return min(workers, relay.messages_a_minute or workers)


def _share(relay: Relay, workers: int) -> Relay:
    pace = relay.messages_a_minute
    return replace(relay, messages_a_minute=pace and pace // _count(relay, workers))
