"""The form of errors, which code tells apart by class."""

from __future__ import annotations

from regiongate.conformance.answer import Answer, at
from regiongate.conformance.finding import Finding, judged
from regiongate.conformance.prompts import GREETING
from regiongate.conformance.seat import Seat

_MESSAGES = [{"role": "user", "content": GREETING}]


def ask_bad_request(seat: Seat) -> object:
    """A request without messages."""
    return seat.client.messages.create(model=seat.model, messages=[], max_tokens=1)


def ask_unknown_model(seat: Seat) -> object:
    """A model that cannot exist."""
    return seat.client.messages.create(model="no-such-model-9b1d", messages=_MESSAGES, max_tokens=1)


def ask_wrong_key(seat: Seat) -> object:
    """A message with a key that nobody has issued."""
    return seat.stranger.messages.create(model=seat.model, messages=_MESSAGES, max_tokens=1)


def judge_bad_request(answer: Answer) -> Finding:
    """400 and `invalid_request_error`."""
    return _judge(answer, 400, "invalid_request_error")


def judge_unknown_model(answer: Answer) -> Finding:
    """404 and `not_found_error`."""
    return _judge(answer, 404, "not_found_error")


def judge_wrong_key(answer: Answer) -> Finding:
    """401 and `authentication_error`."""
    return _judge(answer, 401, "authentication_error")


def _judge(answer: Answer, status: int, kind: str) -> Finding:
    if answer.status is None or answer.status < 400:
        return judged([f"answers {answer.status} where {status} was due"], "")
    wrongs = [] if answer.status == status else [f"answers {answer.status}, not {status}"]
    document = answer.document
    if at(document, "type") != "error":
        wrongs.append("the answer's type is not `error`")
    if at(document, "error", "type") != kind:
        wrongs.append(f"the error's type is {at(document, 'error', 'type')!r}, not {kind!r}")
    if not isinstance(at(document, "error", "message"), str):
        wrongs.append("the error has no message")
    return judged(wrongs, f"{status}, in Anthropic's form")
