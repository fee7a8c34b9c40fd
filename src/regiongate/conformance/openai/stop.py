"""A text at which an answer must stop."""

from __future__ import annotations

from regiongate.conformance.answer import Answer
from regiongate.conformance.finding import Finding, judged, not_told
from regiongate.conformance.openai.chat import end_of, say, text_of
from regiongate.conformance.prompts import STOP, STOPPED
from regiongate.conformance.seat import Seat


def ask(seat: Seat) -> object:
    """Have four words repeated, and stop at the third."""
    return say(seat, STOPPED, stop=[STOP])


def judge(answer: Answer) -> Finding:
    """Neither the text nor what follows is in the answer, which ends with `stop`."""
    text = text_of(answer)
    if text is None:
        return judged(["the message has no text"], "")
    if STOP in text:
        return judged(["goes on past the text"], "")
    if "beta" not in text:
        return not_told("the model did not say the words, so it never came to the text")
    wrongs = [] if end_of(answer) == "stop" else [f"finish_reason is {end_of(answer)!r}"]
    return judged(wrongs, "stops before the text")
