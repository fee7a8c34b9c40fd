"""How fast a stream is."""

from __future__ import annotations

from regiongate.conformance.answer import Answer, at, count
from regiongate.conformance.anthropic.stream import ask, documents_of
from regiongate.conformance.finding import Finding
from regiongate.conformance.pace import paced

__all__ = ["ask", "judge"]


def judge(answer: Answer) -> Finding:
    """When each piece of text was here, and how many tokens the endpoint counts."""
    seconds = [e.seconds for e in answer.events if at(e.document, "delta", "text")]
    counts = [count(at(d, "usage", "output_tokens")) for d in documents_of(answer)]
    return paced(seconds, next((n for n in reversed(counts) if n is not None), None))
