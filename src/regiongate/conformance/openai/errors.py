"""The form of errors, which code tells apart by class."""

from __future__ import annotations

from regiongate.conformance.answer import Answer, at
from regiongate.conformance.finding import Finding, judged
from regiongate.conformance.prompts import GREETING
from regiongate.conformance.seat import Seat


def ask_bad_request(seat: Seat) -> object:
    """A chat without messages."""
    return seat.client.chat.completions.create(model=seat.model, messages=[])


def ask_unknown_model(seat: Seat) -> object:
    """A model that cannot exist."""
    messages = [{"role": "user", "content": GREETING}]
    return seat.client.chat.completions.create(
        model="no-such-model-9b1d", messages=messages, max_tokens=1
    )


def ask_wrong_key(seat: Seat) -> object:
    """A chat with a key that nobody has issued."""
    messages = [{"role": "user", "content": GREETING}]
    return seat.stranger.chat.completions.create(model=seat.model, messages=messages, max_tokens=1)


def judge_bad_request(answer: Answer) -> Finding:
    """400."""
    return _judge(answer, 400)


def judge_unknown_model(answer: Answer) -> Finding:
    """404 with the code `model_not_found`."""
    found = at(answer.document, "error", "code")
    return _judge(answer, 404, [] if found == "model_not_found" else [f"code is {found!r}"])


def judge_wrong_key(answer: Answer) -> Finding:
    """401."""
    return _judge(answer, 401)


def _judge(answer: Answer, status: int, more: list[str] | None = None) -> Finding:
    if answer.status is None or answer.status < 400:
        return judged([f"answers {answer.status} where {status} was due"], "")
    wrongs = [] if answer.status == status else [f"answers {answer.status}, not {status}"]
    error = at(answer.document, "error")
    if not isinstance(error, dict):
        return judged([*wrongs, "the answer has no `error` object"], "")
    for name in ("message", "type"):
        if not isinstance(error.get(name), str):
            wrongs.append(f"the error has no `{name}`")
    return judged(wrongs + (more or []), f"{status}, in OpenAI's form")
