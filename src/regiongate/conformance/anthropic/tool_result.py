"""The turn after a call of a tool, with its result."""

from __future__ import annotations

from regiongate.conformance.anthropic.message import judge
from regiongate.conformance.anthropic.tools import TOOLS
from regiongate.conformance.prompts import MAX_TOKENS, WEATHER
from regiongate.conformance.seat import Seat

__all__ = ["ask", "judge"]


def ask(seat: Seat) -> object:
    """Hand back a result for a call that was made earlier."""
    call = {"type": "tool_use", "id": "toolu_1", "name": "get_weather", "input": {"city": "Paris"}}
    result = {"type": "tool_result", "tool_use_id": "toolu_1", "content": "18 degrees and clear"}
    messages = [
        {"role": "user", "content": WEATHER},
        {"role": "assistant", "content": [call]},
        {"role": "user", "content": [result]},
    ]
    return seat.client.messages.create(
        model=seat.model, messages=messages, tools=TOOLS, max_tokens=MAX_TOKENS
    )
