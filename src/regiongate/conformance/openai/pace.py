"""How fast a stream is."""

from __future__ import annotations

from regiongate.conformance.answer import Answer, at, count
from regiongate.conformance.finding import Finding
from regiongate.conformance.openai.stream import ask, chunks_of
from regiongate.conformance.pace import paced

__all__ = ["ask", "judge"]


def judge(answer: Answer) -> Finding:
    """When each piece of text was here, and how many tokens the endpoint counts."""
    seconds = [
        event.seconds
        for event in answer.events
        if at(event.document, "choices", 0, "delta", "content")
    ]
    counts = [count(at(c, "usage", "completion_tokens")) for c in chunks_of(answer)]
    return paced(seconds, next((n for n in reversed(counts) if n is not None), None))
