"""The headers by which a client paces itself."""

from __future__ import annotations

from regiongate.conformance.answer import Answer
from regiongate.conformance.anthropic.message import ask
from regiongate.conformance.finding import Finding
from regiongate.conformance.rate_limits import told

__all__ = ["ask", "judge"]

HEADERS = tuple(
    f"anthropic-ratelimit-{of}-{what}"
    for of in ("requests", "input-tokens", "output-tokens")
    for what in ("limit", "remaining", "reset")
)


def judge(answer: Answer) -> Finding:
    """All nine of Anthropic's headers."""
    return told(answer, HEADERS)
