"""A picture in a question."""

from __future__ import annotations

from regiongate.conformance.anthropic.message import judge, say
from regiongate.conformance.prompts import PICTURE, PNG
from regiongate.conformance.seat import Seat

__all__ = ["ask", "judge"]


def ask(seat: Seat) -> object:
    """Ask about a red square."""
    source = {"type": "base64", "media_type": "image/png", "data": PNG}
    return say(seat, [{"type": "image", "source": source}, {"type": "text", "text": PICTURE}])
