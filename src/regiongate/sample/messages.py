"""`POST /v1/messages`: Anthropic's API, plain and streamed."""

from collections.abc import AsyncIterator
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from regiongate.sample import sse
from regiongate.sample.body import flag, prompt_of, read_object
from regiongate.sample.calls import Call
from regiongate.sample.errors import as_json
from regiongate.sample.messages_wish import wish_of
from regiongate.sample.models import model_of
from regiongate.sample.pace import ANTHROPIC
from regiongate.sample.reply import Reply, compose, tokenize


async def create(request: Request) -> Response:
    """Answer the last message, word by word when the caller asks for a stream."""
    body = await read_object(request)
    strict: bool = request.app.state.strict
    if not flag(body, "stream"):
        return as_json(answer(body, strict=strict), headers=ANTHROPIC)
    wish = wish_of(body, strict=strict)
    events = _events(wish.model, compose(wish), request.app.state.token_delay)
    return sse.streamed(events, ANTHROPIC)


async def count_tokens(request: Request) -> Response:
    """How many tokens a message would be read as."""
    body = await read_object(request)
    model_of(body, strict=request.app.state.strict)
    return as_json({"input_tokens": len(tokenize(prompt_of(body)))})


def answer(body: dict[str, Any], *, strict: bool) -> dict[str, Any]:
    """The answer in one piece; `ApiError` where there is none."""
    wish = wish_of(body, strict=strict)
    reply = compose(wish)
    said = [{**_call(reply, call), "input": call.arguments} for call in reply.calls]
    return {
        **_head(wish.model, reply),
        "content": said or [{"type": "text", "text": reply.text}],
        "stop_reason": _stop_reason(reply),
        "stop_sequence": reply.stopped_by,
        "usage": _usage(reply, said=reply.said),
    }


async def _events(model: str, reply: Reply, delay: float) -> AsyncIterator[bytes]:
    """The events of a stream in the order that the SDK assembles a message from."""
    start = {**_head(model, reply), "content": [], "stop_reason": None, "usage": _usage(reply, 0)}
    yield _event("message_start", message=start)
    if not reply.calls:
        yield _event("content_block_start", index=0, content_block={"type": "text", "text": ""})
        async for token in sse.paced(reply.tokens, delay):
            delta = {"type": "text_delta", "text": token}
            yield _event("content_block_delta", index=0, delta=delta)
        yield _event("content_block_stop", index=0)
    for call in reply.calls:
        block = {**_call(reply, call), "input": {}}
        yield _event("content_block_start", index=call.number, content_block=block)
        for piece in call.pieces:
            delta = {"type": "input_json_delta", "partial_json": piece}
            yield _event("content_block_delta", index=call.number, delta=delta)
        yield _event("content_block_stop", index=call.number)
    yield _event(
        "message_delta",
        delta={"stop_reason": _stop_reason(reply), "stop_sequence": reply.stopped_by},
        usage={"output_tokens": reply.said},
    )
    yield _event("message_stop")


def _event(kind: str, **fields: Any) -> bytes:
    return sse.event({"type": kind, **fields}, name=kind)


def _call(reply: Reply, call: Call) -> dict[str, Any]:
    return {"type": "tool_use", "id": call.id("toolu", reply.digest), "name": call.name}


def _head(model: str, reply: Reply) -> dict[str, Any]:
    return {
        "id": f"msg_{reply.digest}",
        "type": "message",
        "role": "assistant",
        "model": model,
        "stop_sequence": None,
    }


def _stop_reason(reply: Reply) -> str:
    if reply.calls:
        return "tool_use"
    if reply.stopped_by is not None:
        return "stop_sequence"
    return "end_turn" if reply.complete else "max_tokens"


def _usage(reply: Reply, said: int) -> dict[str, int]:
    return {"input_tokens": reply.prompt_tokens, "output_tokens": said}
