"""Ctrl-C beside DuckDB, which makes another error of it, or none at all."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import current_thread, main_thread
from types import FrameType


@contextmanager
def interrupts() -> Iterator[Callable[[], None]]:
    """Within, Ctrl-C ends in KeyboardInterrupt; what is given raises it where it was swallowed.

    A statement that is interrupted raises a RuntimeError, and the modules that DuckDB imports when
    it first needs them clear whatever is raised meanwhile. A handler that ends work in another way
    (`survey --follow`) is left to do so.
    """
    before = signal.getsignal(signal.SIGINT)
    if current_thread() is not main_thread() or not callable(before):
        yield lambda: None
        return
    heard = False

    def hear(number: int, frame: FrameType | None) -> None:
        nonlocal heard
        try:
            before(number, frame)
        except KeyboardInterrupt:
            heard = True
            raise

    def check() -> None:
        if heard:
            raise KeyboardInterrupt

    signal.signal(signal.SIGINT, hear)
    try:
        yield check
        check()
    except RuntimeError as error:
        if heard:
            raise KeyboardInterrupt from error
        raise
    finally:
        signal.signal(signal.SIGINT, before)
