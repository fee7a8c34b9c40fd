"""The caller's limit on an answer."""

from __future__ import annotations

from regiongate.conformance.answer import Answer, at, count
from regiongate.conformance.anthropic.message import say
from regiongate.conformance.finding import Finding, judged
from regiongate.conformance.prompts import LONG
from regiongate.conformance.seat import Seat

_LIMIT = 5


def ask(seat: Seat) -> object:
    """Ask for more than the limit allows."""
    return say(seat, LONG, max_tokens=_LIMIT)


def judge(answer: Answer) -> Finding:
    """The answer is cut, and says so: code goes on asking by that word."""
    end = at(answer.document, "stop_reason")
    wrongs = [] if end == "max_tokens" else [f"stop_reason is {end!r}"]
    said = count(at(answer.document, "usage", "output_tokens"))
    if said is not None and said > _LIMIT:
        wrongs.append(f"{said} tokens where {_LIMIT} were the limit")
    return judged(wrongs, "cut at the limit, and says so")
