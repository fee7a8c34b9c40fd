"""`POST /v1/embeddings`: vectors made from a hash, so equal inputs have equal vectors."""

import base64
import hashlib
import json
import math
import struct
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from regiongate.sample.body import positive, read_object, required
from regiongate.sample.errors import ApiError, as_json
from regiongate.sample.models import model_of
from regiongate.sample.pace import OPENAI
from regiongate.sample.reply import tokenize

DIMENSIONS = 256
"""Numbers in a vector unless the caller says otherwise."""

MOST_DIMENSIONS = 4096


async def embed(request: Request) -> Response:
    """One vector of length 1 for each input."""
    body = await read_object(request)
    model = model_of(body, strict=request.app.state.strict)
    inputs = _inputs(required(body, "input"))
    size = positive(body, "dimensions") or DIMENSIONS
    if size > MOST_DIMENSIONS:
        raise ApiError(f"'dimensions' is at most {MOST_DIMENSIONS}.", param="dimensions")
    packed = [vector(item, size) for item in inputs]
    encoding = body.get("encoding_format") or "float"
    if encoding not in ("float", "base64"):
        raise ApiError("'encoding_format' is float or base64.", param="encoding_format")
    data = [
        {"object": "embedding", "index": index, "embedding": _encoded(floats, encoding)}
        for index, floats in enumerate(packed)
    ]
    read = sum(len(tokenize(item)) if isinstance(item, str) else len(item) for item in inputs)
    usage = {"prompt_tokens": read, "total_tokens": read}
    return as_json({"object": "list", "model": model, "data": data, "usage": usage}, headers=OPENAI)


def vector(item: str | list[int], size: int) -> bytes:
    """The vector of one input as little-endian 32-bit floats, the form that travels as base64."""
    noise = hashlib.shake_256(json.dumps(item).encode("ascii")).digest(2 * size)
    numbers = struct.unpack(f"<{size}h", noise)
    # The hash cannot be all zeros in practice; the 1 only keeps the division defined.
    length = math.hypot(*numbers) or 1.0
    return struct.pack(f"<{size}f", *(number / length for number in numbers))


def _encoded(packed: bytes, encoding: str) -> str | list[float]:
    if encoding == "base64":
        return base64.b64encode(packed).decode("ascii")
    return list(struct.unpack(f"<{len(packed) // 4}f", packed))


def _inputs(given: Any) -> list[str | list[int]]:
    """OpenAI takes a text, a list of texts, a list of token numbers, or a list of such lists."""
    inputs = given if isinstance(given, list) else [given]
    if inputs and all(_is_token(item) for item in inputs):
        return [inputs]
    for item in inputs:
        if not isinstance(item, str) and not (isinstance(item, list) and all(map(_is_token, item))):
            raise ApiError("'input' must be text, token numbers, or a list of one.", param="input")
    if not inputs:
        raise ApiError("'input' must not be empty.", param="input")
    return inputs


def _is_token(item: Any) -> bool:
    return isinstance(item, int) and not isinstance(item, bool)
