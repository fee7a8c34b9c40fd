"""The usage of a stream: what was read at its start, what was said at its end."""

from __future__ import annotations

from regiongate.conformance.answer import Answer, at, count
from regiongate.conformance.anthropic.stream import ask, documents_of
from regiongate.conformance.anthropic.usage import usage_wrongs
from regiongate.conformance.finding import Finding, judged

__all__ = ["ask", "judge"]


def judge(answer: Answer) -> Finding:
    """`input_tokens` in message_start, `output_tokens` in message_delta."""
    by_kind = {str(at(document, "type")): document for document in documents_of(answer)}
    start = at(by_kind.get("message_start"), "message", "usage")
    end = at(by_kind.get("message_delta"), "usage")
    wrongs = [f"message_start: {wrong}" for wrong in usage_wrongs(start, "input_tokens")]
    wrongs += [f"message_delta: {wrong}" for wrong in usage_wrongs(end, "output_tokens")]
    if count(at(end, "output_tokens")) == 0:
        wrongs.append("message_delta counts no token")
    return judged(wrongs, "at the start and at the end")
