"""Calls of tools."""

from __future__ import annotations

import json
from typing import Any

from regiongate.conformance.answer import Answer, at, listed
from regiongate.conformance.finding import Finding, judged
from regiongate.conformance.openai.chat import end_of, say
from regiongate.conformance.prompts import CITY, WEATHER
from regiongate.conformance.seat import Seat

_FUNCTION = {"name": "get_weather", "description": "The weather in a city.", "parameters": CITY}
TOOLS = [{"type": "function", "function": _FUNCTION}]


def ask(seat: Seat) -> object:
    """Ask for what only the tool knows; the model must call it."""
    return say(seat, WEATHER, tools=TOOLS, tool_choice="required")


def calls_of(answer: Answer) -> list[Any]:
    """The calls of the first choice."""
    return listed(answer.document, "choices", 0, "message", "tool_calls")


def judge(answer: Answer) -> Finding:
    """A call with an id, the name, arguments that fit, and the end `tool_calls`."""
    calls = calls_of(answer)
    if not calls:
        return judged(["no call although one was required"], "")
    wrongs = [wrong for call in calls for wrong in call_wrongs(call)]
    # OpenAI ends with `stop` where the caller named one function, and with this otherwise.
    if end_of(answer) != "tool_calls":
        wrongs.append(f"finish_reason is {end_of(answer)!r}")
    return judged(wrongs, f"called {len(calls)} time(s)")


def call_wrongs(call: Any) -> list[str]:
    """What is wrong with one call."""
    wrongs = [] if isinstance(at(call, "id"), str) and at(call, "id") else ["a call has no id"]
    if at(call, "type") != "function":
        wrongs.append("a call's type is not `function`")
    if at(call, "function", "name") != "get_weather":
        wrongs.append("a call names another function")
    return wrongs + argument_wrongs(at(call, "function", "arguments"))


def argument_wrongs(text: Any) -> list[str]:
    """OpenAI's arguments are a text that holds JSON, not JSON."""
    if not isinstance(text, str):
        return ["arguments are not a text"]
    try:
        arguments = json.loads(text)
    except (ValueError, RecursionError):
        return ["arguments are no JSON"]
    return [] if isinstance(at(arguments, "city"), str) else ["arguments do not fit the schema"]
