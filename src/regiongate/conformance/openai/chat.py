"""A chat, answered in one piece."""

from __future__ import annotations

from typing import Any

from regiongate.conformance.answer import Answer, at
from regiongate.conformance.finding import Finding, judged
from regiongate.conformance.openai.usage import usage_wrongs
from regiongate.conformance.prompts import GREETING, MAX_TOKENS
from regiongate.conformance.seat import Seat

ENDS = ("stop", "length", "tool_calls", "content_filter")
"""What the SDK knows as reasons of an end."""


def say(seat: Seat, text: str, **more: Any) -> Any:
    """One question of a user, with a limit and whatever a check adds."""
    asked = {"max_tokens": MAX_TOKENS, "temperature": 0, **more}
    messages = [{"role": "user", "content": text}]
    return seat.client.chat.completions.create(model=seat.model, messages=messages, **asked)


def text_of(answer: Answer) -> str | None:
    """The text of the first choice."""
    text = at(answer.document, "choices", 0, "message", "content")
    return text if isinstance(text, str) else None


def end_of(answer: Answer) -> Any:
    """The reason of the first choice's end."""
    return at(answer.document, "choices", 0, "finish_reason")


def ask(seat: Seat) -> object:
    """Greet."""
    return say(seat, GREETING)


def judge(answer: Answer) -> Finding:
    """A message of the assistant with text, a known end and a usage."""
    document = answer.document
    wrongs = [] if at(document, "object") == "chat.completion" else ["`object` is another"]
    if not isinstance(at(document, "id"), str):
        wrongs.append("no id")
    if at(document, "choices", 0, "message", "role") != "assistant":
        wrongs.append("the message is not the assistant's")
    if not text_of(answer):
        wrongs.append("the message has no text")
    if end_of(answer) not in ENDS:
        wrongs.append(f"finish_reason is {end_of(answer)!r}")
    return judged(wrongs + usage_wrongs(at(document, "usage")), "answered, with its usage")
