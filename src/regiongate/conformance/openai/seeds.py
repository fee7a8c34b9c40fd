"""The same seed, the same answer."""

from __future__ import annotations

from regiongate.conformance.answer import Answer, at
from regiongate.conformance.finding import Finding, judged
from regiongate.conformance.openai.chat import say
from regiongate.conformance.prompts import LONG
from regiongate.conformance.seat import Seat


def ask(seat: Seat) -> object:
    """Ask twice with one seed, at a temperature at which chance has a say."""
    return [say(seat, LONG, seed=7, temperature=1, max_tokens=16) for _ in range(2)]


def judge(answer: Answer) -> Finding:
    """Both say the same, be it by luck: what nobody can tell apart is no difference."""
    texts = [at(e.document, "choices", 0, "message", "content") for e in answer.exchanges]
    if len(texts) < 2 or not all(isinstance(text, str) for text in texts):
        return judged(["no two texts to compare"], "")
    wrongs = [] if texts[0] == texts[1] else ["another answer to the same seed"]
    return judged(wrongs, "the same answer twice")
