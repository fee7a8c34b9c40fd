"""A call that may never return."""

from __future__ import annotations

from collections.abc import Callable
from queue import Empty, Queue
from threading import Thread


class NotInTime(Exception):
    """The call is still going on, in a thread that nobody waits for."""


def within(seconds: float, call: Callable[[], object]) -> object:
    """What `call` returns or raises; `NotInTime` after so many seconds.

    The transport has timeouts of its own for every read, and an endpoint that sends one byte of
    a header each second never meets one.
    """
    done: Queue[tuple[object, Exception | None]] = Queue()

    def work() -> None:
        try:
            done.put((call(), None))
        except Exception as error:  # It is raised again below, in the caller's thread.
            done.put((None, error))

    Thread(target=work, daemon=True).start()
    try:
        value, error = done.get(timeout=max(seconds, 0.0))
    except Empty:
        raise NotInTime(f"not answered within {seconds:.0f} seconds") from None
    if error is not None:
        raise error
    return value
