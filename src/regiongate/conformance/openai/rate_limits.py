"""The headers by which a client paces itself."""

from __future__ import annotations

from regiongate.conformance.answer import Answer
from regiongate.conformance.finding import Finding
from regiongate.conformance.openai.chat import ask
from regiongate.conformance.rate_limits import told

__all__ = ["ask", "judge"]

HEADERS = tuple(
    f"x-ratelimit-{what}-{of}"
    for of in ("requests", "tokens")
    for what in ("limit", "remaining", "reset")
)


def judge(answer: Answer) -> Finding:
    """All six of OpenAI's headers."""
    return told(answer, HEADERS)
