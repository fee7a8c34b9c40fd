"""Bad requests are refused in the API's own dialect, with a sentence that names the fault."""

import json
from typing import Any

import httpx
import pytest

CHAT = "/v1/chat/completions"
HELLO = [{"role": "user", "content": "hello"}]


@pytest.mark.parametrize(
    ("path", "body", "fault"),
    [
        (CHAT, b"{", "as JSON"),
        (CHAT, b"\xff", "as JSON"),
        (CHAT, b"[" * 100_000, "as JSON"),
        (CHAT, b"[]", "JSON object"),
        (CHAT, {"messages": HELLO}, "'model'"),
        (CHAT, {"model": 7, "messages": HELLO}, "'model'"),
        (CHAT, {"model": "m"}, "'messages'"),
        (CHAT, {"model": "m", "messages": ["hello"]}, "'role'"),
        (CHAT, {"model": "m", "messages": HELLO, "stream": "yes"}, "'stream'"),
        (CHAT, {"model": "m", "messages": HELLO, "max_tokens": 0}, "'max_tokens'"),
        ("/v1/messages", b"{", "as JSON"),
        ("/v1/messages", {"max_tokens": 9, "messages": HELLO}, "'model'"),
        ("/v1/messages", {"model": "m", "messages": HELLO}, "'max_tokens'"),
        ("/v1/embeddings", {"model": "m", "input": []}, "'input'"),
        ("/v1/embeddings", {"model": "m", "input": [{}]}, "'input'"),
        ("/v1/embeddings", {"model": "m", "input": "a", "dimensions": 5000}, "'dimensions'"),
    ],
)
def test_bad_body(sample_upstream: str, path: str, body: Any, fault: str) -> None:
    """A body that cannot be used is a 400 that names what is wrong, in the shape of its API."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = httpx.post(sample_upstream + path, content=content)
    assert answer.status_code == 400
    refusal = answer.json()
    assert fault in refusal["error"]["message"]
    assert refusal["error"]["type"] == "invalid_request_error"
    assert refusal.get("type") == ("error" if path == "/v1/messages" else None)


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/no", 404), ("GET", CHAT, 405)])
def test_no_such_route(sample_upstream: str, method: str, path: str, status: int) -> None:
    """A path or method that does not exist is refused in the caller's dialect, not as text."""
    url = sample_upstream + path
    openai_like = httpx.request(method, url)
    anthropic_like = httpx.request(method, url, headers={"anthropic-version": "2023-06-01"})
    assert openai_like.status_code == anthropic_like.status_code == status
    assert set(openai_like.json()["error"]) == {"message", "type", "param", "code"}
    assert set(anthropic_like.json()) == {"type", "error"}


def test_half_a_character(sample_upstream: str) -> None:
    """Half of a surrogate pair, which JSON can say and UTF-8 cannot, comes back as it was sent."""
    body = b'{"model": "m", "messages": [{"role": "user", "content": "\\ud800"}]}'
    answer = httpx.post(sample_upstream + CHAT, content=body).raise_for_status()
    assert answer.json()["choices"][0]["message"]["content"] == "You said: \ud800"


def test_too_long(sample_upstream: str) -> None:
    """More JSON than the sample is willing to hold is refused as too large."""
    answer = httpx.post(sample_upstream + CHAT, content=b" " * (32 * 1024 * 1024 + 1), timeout=60)
    assert answer.status_code == 413
