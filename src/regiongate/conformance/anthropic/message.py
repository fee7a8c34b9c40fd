"""A message, answered in one piece."""

from __future__ import annotations

from typing import Any

from regiongate.conformance.answer import Answer, at, listed
from regiongate.conformance.anthropic.usage import usage_wrongs
from regiongate.conformance.finding import Finding, judged
from regiongate.conformance.prompts import GREETING, MAX_TOKENS
from regiongate.conformance.seat import Seat

ENDS = ("end_turn", "max_tokens", "stop_sequence", "tool_use", "pause_turn", "refusal")
"""What the SDK knows as reasons of an end."""


def say(seat: Seat, content: object, **more: Any) -> Any:
    """One question of a user, with a limit and whatever a check adds."""
    messages = [{"role": "user", "content": content}]
    asked = {"max_tokens": MAX_TOKENS, **more}
    return seat.client.messages.create(model=seat.model, messages=messages, **asked)


def text_of(answer: Answer) -> str | None:
    """The text of the first block that has one."""
    texts = [at(block, "text") for block in listed(answer.document, "content")]
    return next((text for text in texts if isinstance(text, str)), None)


def ask(seat: Seat) -> object:
    """Greet."""
    return say(seat, GREETING)


def judge(answer: Answer) -> Finding:
    """A message of the assistant with text, a known end and a usage."""
    document = answer.document
    wrongs = [] if at(document, "type") == "message" else ["`type` is another"]
    if not isinstance(at(document, "id"), str):
        wrongs.append("no id")
    if at(document, "role") != "assistant":
        wrongs.append("the message is not the assistant's")
    if not text_of(answer):
        wrongs.append("the message has no text")
    if (end := at(document, "stop_reason")) not in ENDS:
        wrongs.append(f"stop_reason is {end!r}")
    wrongs += usage_wrongs(at(document, "usage"), "input_tokens", "output_tokens")
    return judged(wrongs, "answered, with its usage")
