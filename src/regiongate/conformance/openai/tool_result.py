"""The turn after a call of a tool, with its result."""

from __future__ import annotations

from regiongate.conformance.openai.chat import judge
from regiongate.conformance.openai.tools import TOOLS
from regiongate.conformance.prompts import MAX_TOKENS, WEATHER
from regiongate.conformance.seat import Seat

__all__ = ["ask", "judge"]


def ask(seat: Seat) -> object:
    """Hand back a result for a call that was made earlier."""
    called = {"name": "get_weather", "arguments": '{"city": "Paris"}'}
    call = {"id": "call_1", "type": "function", "function": called}
    messages = [
        {"role": "user", "content": WEATHER},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "call_1", "content": "18 degrees and clear"},
    ]
    return seat.client.chat.completions.create(
        model=seat.model, messages=messages, tools=TOOLS, max_tokens=MAX_TOKENS, temperature=0
    )
