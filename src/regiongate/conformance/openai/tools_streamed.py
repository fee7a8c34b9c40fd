"""Calls of tools in a stream: their arguments come in pieces."""

from __future__ import annotations

from typing import Any

from regiongate.conformance.answer import Answer, at, listed
from regiongate.conformance.finding import Finding, judged
from regiongate.conformance.openai.chat import say
from regiongate.conformance.openai.stream import chunks_of
from regiongate.conformance.openai.tools import TOOLS, call_wrongs
from regiongate.conformance.prompts import WEATHER
from regiongate.conformance.seat import Seat


def ask(seat: Seat) -> object:
    """Read the stream of a call to its end."""
    with say(seat, WEATHER, tools=TOOLS, tool_choice="required", stream=True) as stream:
        return sum(1 for _ in stream)


def judge(answer: Answer) -> Finding:
    """The first piece of a call has its id and name; the pieces make JSON together."""
    chunks = chunks_of(answer)
    calls, wrongs = _assembled(chunks)
    if not calls and not wrongs:
        return judged(["no call although one was required"], "")
    wrongs += [wrong for call in calls.values() for wrong in call_wrongs(call)]
    ends = [at(chunk, "choices", 0, "finish_reason") for chunk in chunks]
    if "tool_calls" not in ends:
        wrongs.append(f"finish_reason is {next((end for end in ends if end), None)!r}")
    return judged(wrongs, "arguments in pieces that fit together")


def _assembled(chunks: list[Any]) -> tuple[dict[int, Any], list[str]]:
    """The calls by their index, and what is wrong with a piece."""
    calls: dict[int, Any] = {}
    wrongs: list[str] = []
    for piece in (p for c in chunks for p in listed(c, "choices", 0, "delta", "tool_calls")):
        index, text = at(piece, "index"), at(piece, "function", "arguments")
        if not isinstance(index, int):
            wrongs.append("a piece of a call has no index")
        elif index not in calls:
            name = at(piece, "function", "name")
            whole = {"name": name, "arguments": text if isinstance(text, str) else ""}
            calls[index] = {"id": at(piece, "id"), "type": at(piece, "type"), "function": whole}
        elif isinstance(text, str):
            calls[index]["function"]["arguments"] += text
    return calls, wrongs
