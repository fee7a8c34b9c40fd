"""A message as a stream: the order of its events."""

from __future__ import annotations

from typing import Any

from regiongate.conformance.answer import Answer, at
from regiongate.conformance.anthropic.message import ENDS, say
from regiongate.conformance.finding import Finding, judged
from regiongate.conformance.prompts import LONG
from regiongate.conformance.seat import Seat


def ask(seat: Seat) -> object:
    """Read a stream to its end."""
    with say(seat, LONG, stream=True) as stream:
        return sum(1 for _ in stream)


def documents_of(answer: Answer) -> list[Any]:
    """The events but for those that only keep the connection open."""
    found = [event.document for event in answer.events]
    return [document for document in found if at(document, "type") != "ping"]


def judge(answer: Answer) -> Finding:
    """The message, its blocks one by one, its end: in this order, each event by its name."""
    documents = documents_of(answer)
    kinds = [at(document, "type") for document in documents]
    kind = (answer.last.header("content-type") if answer.last else None) or "none"
    wrongs = [] if kind.startswith("text/event-stream") else [f"content-type is {kind}"]
    if any(event.name != at(event.document, "type") for event in answer.events):
        wrongs.append("an event's name is not its type")
    if kinds[:1] != ["message_start"]:
        wrongs.append("does not begin with message_start")
    if kinds[-2:] != ["message_delta", "message_stop"]:
        wrongs.append("does not end with message_delta and message_stop")
    wrongs += block_wrongs(documents)
    ends = [at(d, "delta", "stop_reason") for d in documents if at(d, "type") == "message_delta"]
    if not ends or ends[-1] not in ENDS:
        wrongs.append(f"stop_reason is {ends[-1] if ends else None!r}")
    return judged(wrongs, f"{len(documents)} events in order", events=len(documents))


def block_wrongs(documents: list[Any]) -> list[str]:
    """Whether each piece of a block stands between that block's start and its stop."""
    wrongs: list[str] = []
    opened: Any = None
    for document in documents:
        kind, index = at(document, "type"), at(document, "index")
        if kind == "content_block_start":
            if opened is not None:
                wrongs.append(f"block {index} starts before block {opened} stops")
            opened = index
        elif kind in ("content_block_delta", "content_block_stop"):
            if index != opened or opened is None:
                wrongs.append(f"{kind} outside of its block")
            if kind == "content_block_stop":
                opened = None
    if opened is not None:
        wrongs.append(f"block {opened} never stops")
    return list(dict.fromkeys(wrongs))
