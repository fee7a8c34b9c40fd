"""How likely each token was."""

from __future__ import annotations

from typing import Any

from regiongate.conformance.answer import Answer, at, listed
from regiongate.conformance.finding import Finding, judged, missing
from regiongate.conformance.openai.chat import say
from regiongate.conformance.prompts import GREETING
from regiongate.conformance.seat import Seat


def ask(seat: Seat) -> object:
    """Ask for each token, and the two likeliest in its place."""
    return say(seat, GREETING, logprobs=True, top_logprobs=2)


def judge(answer: Answer) -> Finding:
    """Each token has a logarithm of a probability and two candidates."""
    tokens = listed(answer.document, "choices", 0, "logprobs", "content")
    if not tokens:
        return missing("answers without them")
    wrongs = [] if all(_likely(token) for token in tokens) else ["a token has no logprob"]
    if any(len(listed(token, "top_logprobs")) != 2 for token in tokens):
        wrongs.append("not two candidates for each token")
    return judged(wrongs, f"for {len(tokens)} tokens")


def _likely(token: Any) -> bool:
    value = at(token, "logprob")
    return isinstance(at(token, "token"), str) and isinstance(value, int | float) and value <= 0
