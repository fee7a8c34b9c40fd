"""Ctrl-C during a survey is heard wherever it comes."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from threading import Timer

import pytest

from regiongate.survey.interrupts import interrupts
from regiongate.survey.session import session


@pytest.fixture(autouse=True)
def _usual() -> Iterator[None]:
    """The handler that Python begins with, whatever runs the tests."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def _interrupt() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def test_during_a_statement() -> None:
    """DuckDB says `Query interrupted`; whoever is above it sees a KeyboardInterrupt."""
    with pytest.raises(KeyboardInterrupt), session() as opened:
        Timer(0.2, _interrupt).start()
        # Once in a long while DuckDB waits for a thread of its own that has not heard of it and
        # counts on: so the statement has an end, some seconds on.
        opened.connection.execute("SELECT count(*) FROM range(100_000_000_000)")


def test_that_was_swallowed() -> None:
    """The next statement that takes long does not begin, and nothing ends as if all were well."""

    def swallowed() -> None:
        try:
            _interrupt()
        except KeyboardInterrupt:
            return

    with pytest.raises(KeyboardInterrupt), interrupts():
        swallowed()
    with pytest.raises(KeyboardInterrupt), session() as opened:
        swallowed()
        opened.table("SELECT 1")
        raise AssertionError("the statement ran")


def test_another_way_to_end() -> None:
    """A handler that only notes Ctrl-C, as that of `--follow`, goes on doing so."""
    noted = []
    signal.signal(signal.SIGINT, lambda *_: noted.append(1))
    with session() as opened:
        _interrupt()
        assert opened.table("SELECT 1").num_rows == 1
    assert noted == [1]
