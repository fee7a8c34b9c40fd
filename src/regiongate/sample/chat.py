"""`POST /v1/chat/completions`: OpenAI's chat API, plain and streamed."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from regiongate.sample import sse
from regiongate.sample.body import flag, read_object
from regiongate.sample.calls import Call
from regiongate.sample.chat_wish import wish_of
from regiongate.sample.errors import ApiError, as_json
from regiongate.sample.logprobs import candidates_of, logprobs
from regiongate.sample.pace import OPENAI
from regiongate.sample.reply import BORN, Reply, compose


async def complete(request: Request) -> Response:
    """Answer the last message of a chat, word by word when the caller asks for a stream."""
    body = await read_object(request)
    strict: bool = request.app.state.strict
    if not flag(body, "stream"):
        return as_json(answer(body, strict=strict), headers=OPENAI)
    wish = wish_of(body, strict=strict)
    events = _chunks(
        wish.model,
        compose(wish),
        request.app.state.token_delay,
        candidates_of(body),
        with_usage=_wants_usage(body),
    )
    return sse.streamed(events, OPENAI)


def answer(body: dict[str, Any], *, strict: bool) -> dict[str, Any]:
    """The answer in one piece; `ApiError` where there is none."""
    wish = wish_of(body, strict=strict)
    candidates = candidates_of(body)
    reply = compose(wish)
    message: dict[str, Any] = {"role": "assistant", "content": reply.text, "refusal": None}
    if reply.calls:
        message |= {"content": None, "tool_calls": [_call(reply, call) for call in reply.calls]}
    choice = {
        "index": 0,
        "message": message,
        "logprobs": logprobs(reply.tokens, candidates),
        "finish_reason": _finish_reason(reply),
    }
    head = _head("chat.completion", wish.model, reply)
    return {**head, "choices": [choice], "usage": _usage(reply)}


async def _chunks(
    model: str, reply: Reply, delay: float, candidates: int | None, *, with_usage: bool
) -> AsyncIterator[bytes]:
    """The events of a stream: the role, each token, the reason of the end, the usage if asked."""
    head = _head("chat.completion.chunk", model, reply)
    if with_usage:
        head["usage"] = None  # OpenAI sends it empty in every chunk but the last.

    def chunk(delta: dict[str, Any], end: str | None = None, token: str | None = None) -> bytes:
        likely = None if token is None else logprobs([token], candidates)
        choice = {"index": 0, "delta": delta, "logprobs": likely, "finish_reason": end}
        return sse.event({**head, "choices": [choice]})

    yield chunk({"role": "assistant", "content": None if reply.calls else ""})
    async for token in sse.paced(reply.tokens, delay):
        yield chunk({"content": token}, token=token)
    for delta in _call_deltas(reply):
        yield chunk({"tool_calls": [delta]})
    yield chunk({}, _finish_reason(reply))
    if with_usage:
        yield sse.event({**head, "choices": [], "usage": _usage(reply)})
    yield sse.DONE


def _call(reply: Reply, call: Call) -> dict[str, Any]:
    function = {"name": call.name, "arguments": call.text}
    return {"id": call.id("call", reply.digest), "type": "function", "function": function}


def _call_deltas(reply: Reply) -> Iterator[dict[str, Any]]:
    """The calls in pieces: each with its id and name first, then with its arguments."""
    for call in reply.calls:
        whole = _call(reply, call)
        yield {"index": call.number, **whole, "function": {"name": call.name, "arguments": ""}}
        for piece in call.pieces:
            yield {"index": call.number, "function": {"arguments": piece}}


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
    if reply.calls:
        return "tool_calls"
    return "stop" if reply.complete else "length"


def _usage(reply: Reply) -> dict[str, int]:
    return {
        "prompt_tokens": reply.prompt_tokens,
        "completion_tokens": reply.said,
        "total_tokens": reply.prompt_tokens + reply.said,
    }
