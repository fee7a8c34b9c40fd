"""Reads a JSON request body and the fields in it, refusing what does not fit with a reason."""

import json
from typing import Any

from starlette.requests import Request

from regiongate.sample.errors import ApiError

LONGEST_BODY = 32 * 1024 * 1024
"""Bytes of JSON that are held in memory at most, as at Anthropic; `/v1/files` has no limit."""


async def read_object(request: Request) -> dict[str, Any]:
    """The JSON object that the request carries."""
    raw = bytearray()
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > LONGEST_BODY:
            raise ApiError(f"The body is longer than {LONGEST_BODY} bytes.", status=413)
    try:
        content = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise ApiError(f"We could not parse the body of your request as JSON: {error}.") from error
    if not isinstance(content, dict):
        raise ApiError("The body must be a JSON object.")
    return content


def required(body: dict[str, Any], name: str) -> Any:
    """A field that must be there; null counts as missing, as it does for both providers."""
    value = body.get(name)
    if value is None:
        raise ApiError(
            f"Missing required parameter: '{name}'.", param=name, code="missing_required_parameter"
        )
    return value


def flag(body: dict[str, Any], name: str) -> bool:
    """An optional field that is true or false, false when it is missing."""
    value = body.get(name)
    if value is not None and not isinstance(value, bool):
        raise ApiError(f"'{name}' must be true or false.", param=name)
    return bool(value)


def positive(body: dict[str, Any], name: str) -> int | None:
    """An optional whole number above zero, None when it is missing."""
    value = body.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ApiError(f"'{name}' must be a whole number above zero.", param=name)
    return value


def prompt_of(body: dict[str, Any]) -> str:
    """The text of the last message, which is what the sample answers to."""
    messages = required(body, "messages")
    if not isinstance(messages, list) or not messages:
        raise ApiError("'messages' must be a list with at least one message.", param="messages")
    for message in messages:
        if not isinstance(message, dict) or not isinstance(message.get("role"), str):
            raise ApiError("Each message must be an object with a 'role'.", param="messages")
    return _text_of(messages[-1].get("content"))


def _text_of(content: Any) -> str:
    """Both APIs write content as a string or as a list of blocks, of which the text ones count."""
    if isinstance(content, str):
        return content
    blocks = content if isinstance(content, list) else []
    texts = [block.get("text") for block in blocks if isinstance(block, dict)]
    return " ".join(text for text in texts if isinstance(text, str))
