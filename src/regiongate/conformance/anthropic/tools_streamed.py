"""Calls of tools in a stream: their input comes in pieces."""

from __future__ import annotations

import json
from typing import Any

from regiongate.conformance.answer import Answer, at
from regiongate.conformance.anthropic.message import say
from regiongate.conformance.anthropic.stream import block_wrongs, documents_of
from regiongate.conformance.anthropic.tools import ANY, TOOLS, call_wrongs
from regiongate.conformance.finding import Finding, judged
from regiongate.conformance.prompts import WEATHER
from regiongate.conformance.seat import Seat


def ask(seat: Seat) -> object:
    """Read the stream of a call to its end."""
    with say(seat, WEATHER, tools=TOOLS, tool_choice=ANY, stream=True) as stream:
        return sum(1 for _ in stream)


def judge(answer: Answer) -> Finding:
    """A block of the kind `tool_use`, whose pieces make JSON together."""
    documents = documents_of(answer)
    blocks = [at(d, "content_block") for d in documents if at(d, "type") == "content_block_start"]
    call = next((block for block in blocks if at(block, "type") == "tool_use"), None)
    if call is None:
        return judged(["no call although one was required"], "")
    whole = {**call, "input": _input(documents)}
    return judged(block_wrongs(documents) + call_wrongs(whole), "input in pieces that fit together")


def _input(documents: list[Any]) -> Any:
    pieces = [at(document, "delta", "partial_json") for document in documents]
    try:
        return json.loads("".join(piece for piece in pieces if isinstance(piece, str)))
    except (ValueError, RecursionError):
        return None
