"""The count of tokens before a message is sent."""

from __future__ import annotations

from regiongate.conformance.answer import Answer, at, count
from regiongate.conformance.finding import Finding, judged
from regiongate.conformance.prompts import GREETING
from regiongate.conformance.seat import Seat


def ask(seat: Seat) -> object:
    """Count a greeting."""
    messages = [{"role": "user", "content": GREETING}]
    return seat.client.messages.count_tokens(model=seat.model, messages=messages)


def judge(answer: Answer) -> Finding:
    """A number above zero."""
    tokens = count(at(answer.document, "input_tokens"))
    return judged([] if tokens else ["no input_tokens"], f"{tokens} tokens")
