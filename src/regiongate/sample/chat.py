"""`POST /v1/chat/completions`: OpenAI's chat API, plain and streamed."""

from collections.abc import AsyncIterator
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from regiongate.sample import sse
from regiongate.sample.body import flag, model_of, positive, prompt_of, read_object
from regiongate.sample.errors import ApiError, as_json
from regiongate.sample.reply import BORN, Reply, compose


async def complete(request: Request) -> Response:
    """Answer the last message of a chat, word by word when the caller asks for a stream."""
    body = await read_object(request)
    model = model_of(body)
    # `max_tokens` is the older name, which many clients still send.
    limit = positive(body, "max_completion_tokens") or positive(body, "max_tokens")
    reply = compose(model, prompt_of(body), limit)
    if not flag(body, "stream"):
        return as_json(_whole(model, reply))
    delay: float = request.app.state.token_delay
    return sse.streamed(_chunks(model, reply, delay, with_usage=_wants_usage(body)))


def _whole(model: str, reply: Reply) -> dict[str, Any]:
    message = {"role": "assistant", "content": reply.text, "refusal": None}
    choice = {
        "index": 0,
        "message": message,
        "logprobs": None,
        "finish_reason": _finish_reason(reply),
    }
    head = _head("chat.completion", model, reply)
    return {**head, "choices": [choice], "usage": _usage(reply)}


async def _chunks(
    model: str, reply: Reply, delay: float, *, with_usage: bool
) -> AsyncIterator[bytes]:
    """The events of a stream: the role, each token, the reason of the end, the usage if asked."""
    head = _head("chat.completion.chunk", model, reply)
    if with_usage:
        head["usage"] = None  # OpenAI sends it empty in every chunk but the last.

    def chunk(delta: dict[str, Any], finish_reason: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
        return sse.event({**head, "choices": [choice]})

    yield chunk({"role": "assistant", "content": ""})
    async for token in sse.paced(reply.tokens, delay):
        yield chunk({"content": token})
    yield chunk({}, _finish_reason(reply))
    if with_usage:
        yield sse.event({**head, "choices": [], "usage": _usage(reply)})
    yield sse.DONE


def _wants_usage(body: dict[str, Any]) -> bool:
    options = body.get("stream_options")
    if options is None:
        return False
    if not isinstance(options, dict):
        raise ApiError("'stream_options' must be an object.", param="stream_options")
    return flag(options, "include_usage")


def _head(kind: str, model: str, reply: Reply) -> dict[str, Any]:
    return {"id": f"chatcmpl-{reply.digest}", "object": kind, "created": BORN, "model": model}


def _finish_reason(reply: Reply) -> str:
    return "stop" if reply.complete else "length"


def _usage(reply: Reply) -> dict[str, int]:
    said = len(reply.tokens)
    return {
        "prompt_tokens": reply.prompt_tokens,
        "completion_tokens": said,
        "total_tokens": reply.prompt_tokens + said,
    }
