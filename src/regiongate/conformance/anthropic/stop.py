"""A text at which an answer must stop."""

from __future__ import annotations

from regiongate.conformance.answer import Answer, at
from regiongate.conformance.anthropic.message import say, text_of
from regiongate.conformance.finding import Finding, judged, not_told
from regiongate.conformance.prompts import STOP, STOPPED
from regiongate.conformance.seat import Seat


def ask(seat: Seat) -> object:
    """Have four words repeated, and stop at the third."""
    return say(seat, STOPPED, stop_sequences=[STOP])


def judge(answer: Answer) -> Finding:
    """Neither the text nor what follows is in the answer, which names the text."""
    text = text_of(answer)
    if text is None:
        return judged(["the message has no text"], "")
    if STOP in text:
        return judged(["goes on past the text"], "")
    if "beta" not in text:
        return not_told("the model did not say the words, so it never came to the text")
    end, named = (at(answer.document, name) for name in ("stop_reason", "stop_sequence"))
    wrongs = [] if end == "stop_sequence" else [f"stop_reason is {end!r}"]
    if named != STOP:
        wrongs.append(f"stop_sequence is {named!r}")
    return judged(wrongs, "stops before the text, and names it")
