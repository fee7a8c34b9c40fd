"""Handing letters to a relay, one after the other, on connections that are used again."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType

from regiongate.notify.delivery.connect import connect
from regiongate.notify.delivery.conversation import Conversation, Ended
from regiongate.notify.delivery.outcome import Fate, Outcome, Stage
from regiongate.notify.delivery.pace import Pace
from regiongate.notify.letter import Letter
from regiongate.notify.settings import Relay


def _nothing() -> None:
    """What happens before the end of a letter when nobody wants to know of it."""


class Mailer:
    """Gives each letter to the relay once, and says what became of it. Not for several threads.

    `hello` is the name by which it introduces itself; `clock` gives seconds that only grow,
    `sleep` waits for some. Used as a context it takes leave of the relay at the end.
    """

    def __init__(
        self,
        relay: Relay,
        hello: str,
        clock: Callable[[], float],
        sleep: Callable[[float], None],
    ) -> None:
        self._relay, self._hello = relay, hello
        self._pace = Pace(relay.messages_a_minute, clock, sleep)
        self._conversation: Conversation | None = None

    def send(self, letter: Letter, before_end: Callable[[], None] = _nothing) -> Outcome:
        """Hand over a letter, and say what became of it.

        `before_end` is called right before the line that ends the letter: until it returns the
        relay cannot have accepted it, so a caller who writes down there that it is about to be
        sent knows after a crash whether it may have been. What it raises is raised again.

        A connection that had been used before and was closed meanwhile is replaced by a fresh one
        where no text had been sent on it.
        """
        self._pace.wait()
        reused = self._is_reusable()
        outcome = self._try(letter, before_end)
        return self._try(letter, before_end) if reused and _was_stale(outcome) else outcome

    def close(self) -> None:
        """Take leave of the relay, where there is a connection."""
        if self._conversation is not None:
            self._conversation.quit()
            self._conversation = None

    def __enter__(self) -> Mailer:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _try(self, letter: Letter, before_end: Callable[[], None]) -> Outcome:
        try:
            conversation = self._ready()
        except Ended as ended:
            return ended.outcome
        return conversation.hand_over(letter, before_end)

    def _ready(self) -> Conversation:
        """The connection there is, or a fresh one; Ended where none can be had."""
        if not self._is_reusable():
            self.close()
            self._conversation = connect(self._relay, self._hello)
        assert self._conversation is not None  # noqa: S101 - for the type checker
        return self._conversation

    def _is_reusable(self) -> bool:
        known = self._conversation
        return known is not None and known.is_open and known.letters < self._relay.letters_at_once


def _was_stale(outcome: Outcome) -> bool:
    """Whether a relay had hung up, or did so, before it heard of the letter."""
    early = outcome.stage is Stage.MAIL
    hung_up = outcome.reply is None or outcome.reply.code == 421
    return early and hung_up and outcome.fate in (Fate.NOT_SENT, Fate.REFUSED_FOR_NOW)
