"""Several calls of tools in one answer."""

from __future__ import annotations

from regiongate.conformance.answer import Answer, at
from regiongate.conformance.anthropic.message import say
from regiongate.conformance.anthropic.tools import ANY, TOOLS, call_wrongs, calls_of
from regiongate.conformance.finding import Finding, judged
from regiongate.conformance.prompts import TWO_CITIES
from regiongate.conformance.seat import Seat


def ask(seat: Seat) -> object:
    """Ask for two cities at once."""
    return say(seat, TWO_CITIES, tools=TOOLS, tool_choice=ANY, max_tokens=256)


def judge(answer: Answer) -> Finding:
    """Two calls with ids of their own."""
    calls = calls_of(answer)
    if len(calls) < 2:
        return judged([f"{len(calls)} call(s) where two were asked for"], "")
    wrongs = [wrong for call in calls for wrong in call_wrongs(call)]
    if len({str(at(call, "id")) for call in calls}) < len(calls):
        wrongs.append("two calls have the same id")
    return judged(wrongs, f"{len(calls)} calls")
