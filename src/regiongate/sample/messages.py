"""`POST /v1/messages`: Anthropic's API, plain and streamed."""

from collections.abc import AsyncIterator
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from regiongate.sample import sse
from regiongate.sample.body import flag, model_of, positive, prompt_of, read_object, required
from regiongate.sample.errors import as_json
from regiongate.sample.reply import Reply, compose


async def create(request: Request) -> Response:
    """Answer the last message, word by word when the caller asks for a stream."""
    body = await read_object(request)
    model = model_of(body)
    required(body, "max_tokens")  # Anthropic insists on a limit, OpenAI does not.
    reply = compose(model, prompt_of(body), positive(body, "max_tokens"))
    if not flag(body, "stream"):
        return as_json(_whole(model, reply))
    delay: float = request.app.state.token_delay
    return sse.streamed(_events(model, reply, delay))


def _whole(model: str, reply: Reply) -> dict[str, Any]:
    return {
        **_head(model, reply),
        "content": [{"type": "text", "text": reply.text}],
        "stop_reason": _stop_reason(reply),
        "usage": _usage(reply, said=len(reply.tokens)),
    }


async def _events(model: str, reply: Reply, delay: float) -> AsyncIterator[bytes]:
    """The events of a stream in the order that the SDK assembles a message from."""
    start = {**_head(model, reply), "content": [], "stop_reason": None, "usage": _usage(reply, 0)}
    yield _event("message_start", message=start)
    yield _event("content_block_start", index=0, content_block={"type": "text", "text": ""})
    async for token in sse.paced(reply.tokens, delay):
        delta = {"type": "text_delta", "text": token}
        yield _event("content_block_delta", index=0, delta=delta)
    yield _event("content_block_stop", index=0)
    yield _event(
        "message_delta",
        delta={"stop_reason": _stop_reason(reply), "stop_sequence": None},
        usage={"output_tokens": len(reply.tokens)},
    )
    yield _event("message_stop")


def _event(kind: str, **fields: Any) -> bytes:
    return sse.event({"type": kind, **fields}, name=kind)


def _head(model: str, reply: Reply) -> dict[str, Any]:
    return {
        "id": f"msg_{reply.digest}",
        "type": "message",
        "role": "assistant",
        "model": model,
        "stop_sequence": None,
    }


def _stop_reason(reply: Reply) -> str:
    return "end_turn" if reply.complete else "max_tokens"


def _usage(reply: Reply, said: int) -> dict[str, int]:
    return {"input_tokens": reply.prompt_tokens, "output_tokens": said}
