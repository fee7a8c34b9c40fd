"""A chat as a stream: the order of its events."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from regiongate.conformance.answer import Answer, at
from regiongate.conformance.finding import Finding, judged
from regiongate.conformance.openai.chat import ENDS, say
from regiongate.conformance.prompts import LONG
from regiongate.conformance.seat import Seat


def ask(seat: Seat) -> object:
    """Read a stream to its end, its usage included."""
    options = {"include_usage": True}
    with say(seat, LONG, stream=True, stream_options=options) as stream:
        return sum(1 for _ in stream)


def chunks_of(answer: Answer) -> list[Any]:
    """The events that carry JSON."""
    return [event.document for event in answer.events if isinstance(event.document, dict)]


def judge(answer: Answer) -> Finding:
    """The role, text, one reason of the end, `[DONE]`: in this order."""
    chunks = chunks_of(answer)
    choices = [chunk for chunk in chunks if at(chunk, "choices", 0) is not None]
    ends = [index for index, chunk in enumerate(choices) if _end(chunk) is not None]
    texts = [index for index, chunk in enumerate(choices) if _text(chunk)]
    wrongs = _frame(answer) + _same_head(chunks)
    if not choices or at(choices[0], "choices", 0, "delta", "role") != "assistant":
        wrongs.append("the first chunk has no role")
    if not texts:
        wrongs.append("no text was streamed")
    if len(ends) != 1:
        wrongs.append(f"{len(ends)} chunks with a finish_reason")
    elif ends[0] < len(choices) - 1 and any(index > ends[0] for index in texts):
        wrongs.append("text after the finish_reason")
    wrongs += [
        f"finish_reason is {_end(choices[i])!r}" for i in ends if _end(choices[i]) not in ENDS
    ]
    return judged(wrongs, f"{len(chunks)} chunks in order", chunks=len(chunks))


def _frame(answer: Answer) -> list[str]:
    """What is wrong with the stream before its JSON is looked at."""
    kind = (answer.last.header("content-type") if answer.last else None) or "none"
    events = answer.events
    wrongs = [] if kind.startswith("text/event-stream") else [f"content-type is {kind}"]
    if not events or events[-1].data.strip() != "[DONE]":
        wrongs.append("does not end with [DONE]")
    if any(event.data.strip() == "[DONE]" for event in events[:-1]):
        wrongs.append("events after [DONE]")
    return wrongs


def _same_head(chunks: list[Any]) -> list[str]:
    ids = [at(chunk, "id") for chunk in chunks]
    wrongs = ["the id changes between chunks"] if any(a != b for a, b in pairwise(ids)) else []
    if any(at(chunk, "object") != "chat.completion.chunk" for chunk in chunks):
        wrongs.append("`object` is not `chat.completion.chunk`")
    return wrongs


def _end(chunk: Any) -> Any:
    return at(chunk, "choices", 0, "finish_reason")


def _text(chunk: Any) -> Any:
    return at(chunk, "choices", 0, "delta", "content")
