"""A picture in a question."""

from __future__ import annotations

from regiongate.conformance.openai.chat import judge
from regiongate.conformance.prompts import MAX_TOKENS, PICTURE, PNG
from regiongate.conformance.seat import Seat

__all__ = ["ask", "judge"]


def ask(seat: Seat) -> object:
    """Ask about a red square."""
    picture = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PNG}"}}
    content = [{"type": "text", "text": PICTURE}, picture]
    return seat.client.chat.completions.create(
        model=seat.model, messages=[{"role": "user", "content": content}], max_tokens=MAX_TOKENS
    )
