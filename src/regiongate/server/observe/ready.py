"""What must be there before requests can be served, asked so that nobody waits for the answer."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from threading import Lock, Thread

import sqlalchemy as sa

from regiongate.domain.errors import CannotRun, ProblemsFound
from regiongate.server.house import House

PATIENCE = 2.0
"""Seconds in which an answer must come: whoever asks for health has a deadline of their own."""

BAD_FOR = 1.0
"""Seconds for which a bad answer stands: a policy with a mistake is not read at each question."""


@dataclass
class Check:
    """One thing that may be missing. `ask` says in words what is wrong, or None.

    It is asked on a thread of its own, once at a time: a store behind a dead network answers after
    minutes, and by then a hundred more would wait for it.
    """

    ask: Callable[[], str | None]
    late: str
    _lock: Lock = field(default_factory=Lock)
    _answer: Future[str | None] | None = None
    _asked: float = 0.0

    def missing(self) -> str | None:
        """What is wrong, None when nothing is; `late` when it could not be said in time."""
        try:
            return self._current().result(PATIENCE)
        except TimeoutError:
            return self.late

    def _current(self) -> Future[str | None]:
        with self._lock:
            if self._answer is None or self._is_over(self._answer):
                self._asked, self._answer = time.monotonic(), Future()
                Thread(target=self._run, args=(self._answer,), daemon=True).start()
            return self._answer

    def _is_over(self, answer: Future[str | None]) -> bool:
        if not answer.done():
            return False
        good = answer.exception() is None and answer.result() is None
        return good or time.monotonic() - self._asked >= BAD_FOR

    def _run(self, answer: Future[str | None]) -> None:
        try:
            answer.set_result(self.ask())
        except BaseException as error:
            answer.set_exception(error)
            raise


def checks(house: House) -> tuple[Check, ...]:
    """What this server cannot do without: its store, and a policy."""

    def store() -> str | None:
        try:
            with house.database.glancing() as connection:
                connection.execute(sa.select(1))
        except CannotRun:
            return "the store does not answer"
        return None

    def policy() -> str | None:
        try:
            house.policy()
        except (CannotRun, ProblemsFound):
            return "no policy can be read"
        return None

    return (
        Check(store, "the store does not answer in time"),
        Check(policy, "the policy is still being read"),
    )
