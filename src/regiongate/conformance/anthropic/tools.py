"""Calls of tools."""

from __future__ import annotations

from typing import Any

from regiongate.conformance.answer import Answer, at, listed
from regiongate.conformance.anthropic.message import say
from regiongate.conformance.finding import Finding, judged
from regiongate.conformance.prompts import CITY, WEATHER
from regiongate.conformance.seat import Seat

TOOLS = [{"name": "get_weather", "description": "The weather in a city.", "input_schema": CITY}]
ANY = {"type": "any"}


def ask(seat: Seat) -> object:
    """Ask for what only the tool knows; the model must call it."""
    return say(seat, WEATHER, tools=TOOLS, tool_choice=ANY)


def calls_of(answer: Answer) -> list[Any]:
    """The blocks that are calls."""
    blocks = listed(answer.document, "content")
    return [block for block in blocks if at(block, "type") == "tool_use"]


def judge(answer: Answer) -> Finding:
    """A call with an id, the name, input that fits, and the end `tool_use`."""
    calls = calls_of(answer)
    if not calls:
        return judged(["no call although one was required"], "")
    wrongs = [wrong for call in calls for wrong in call_wrongs(call)]
    if (end := at(answer.document, "stop_reason")) != "tool_use":
        wrongs.append(f"stop_reason is {end!r}")
    return judged(wrongs, f"called {len(calls)} time(s)")


def call_wrongs(call: Any) -> list[str]:
    """What is wrong with one call; its input is JSON here, not a text."""
    wrongs = [] if isinstance(at(call, "id"), str) and at(call, "id") else ["a call has no id"]
    if at(call, "name") != "get_weather":
        wrongs.append("a call names another tool")
    if not isinstance(at(call, "input", "city"), str):
        wrongs.append("input does not fit the schema")
    return wrongs
