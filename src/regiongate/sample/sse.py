"""Server-sent events: how both APIs stream, one event per token, at a pace one can watch."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from starlette.responses import StreamingResponse

DONE = b"data: [DONE]\n\n"
"""The line by which OpenAI ends a stream; Anthropic ends with an event instead."""


def event(content: dict[str, Any], name: str | None = None) -> bytes:
    """One event; Anthropic names its events on a line of their own, OpenAI does not."""
    heading = f"event: {name}\n" if name else ""
    return f"{heading}data: {json.dumps(content)}\n\n".encode("ascii")


async def paced(tokens: Sequence[str], delay: float) -> AsyncIterator[str]:
    """The tokens with a pause before each but the first.

    The pause is what lets a test tell a gateway that streams from one that collects the reply
    and sends it at the end.
    """
    for index, token in enumerate(tokens):
        if index:
            await asyncio.sleep(delay)
        yield token


def streamed(events: AsyncIterator[bytes], told: Mapping[str, str]) -> StreamingResponse:
    """The response that sends each event as soon as it exists, with the headers in `told`."""
    headers = {
        **told,
        "cache-control": "no-cache",
        # nginx collects a proxied response in its buffers unless the upstream asks it not to.
        "x-accel-buffering": "no",
    }
    return StreamingResponse(events, media_type="text/event-stream", headers=headers)
