"""Batches: taken, answered when somebody looks, or taken back."""

import json
from collections.abc import Iterator
from typing import Any

import anthropic
import openai
import pytest

HELLO = [{"role": "user", "content": "hello"}]
BODIES: dict[str, dict[str, Any]] = {
    "right": {"model": "m", "messages": HELLO},
    "wrong": {"model": "m", "messages": []},
}


@pytest.fixture
def client(sample_upstream: str) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{sample_upstream}/v1", api_key="any", max_retries=0) as client:
        yield client


@pytest.fixture
def messages(sample_upstream: str) -> Iterator[anthropic.Anthropic]:
    with anthropic.Anthropic(base_url=sample_upstream, api_key="any", max_retries=0) as client:
        yield client


def test_openai(client: openai.OpenAI) -> None:
    """The output has an answer for each line, a refusal for the one that is none."""
    lines = [{"custom_id": name, "body": body} for name, body in BODIES.items()]
    content = "\n".join(map(json.dumps, lines)).encode()
    file = client.files.create(file=("rows.jsonl", content), purpose="batch")
    taken = client.batches.create(
        input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h"
    )
    assert taken.status == "in_progress"
    done = client.batches.retrieve(taken.id)
    assert (done.status, done.output_file_id is None) == ("completed", False)
    rows = client.files.content(str(done.output_file_id)).text.splitlines()
    right, wrong = (json.loads(row)["response"] for row in rows)
    assert right["body"]["choices"][0]["message"]["content"] == "You said: hello"
    assert (right["status_code"], wrong["status_code"]) == (200, 400)
    with pytest.raises(openai.ConflictError, match="done already"):
        client.batches.cancel(taken.id)


def test_anthropic(messages: anthropic.Anthropic) -> None:
    """The results have a message for each request, an error for the one that is wrong."""
    batches = messages.messages.batches
    asked = [{"custom_id": n, "params": {**b, "max_tokens": 9}} for n, b in BODIES.items()]
    taken = batches.create(requests=asked)  # type: ignore[arg-type]
    assert taken.processing_status == "in_progress"
    assert batches.retrieve(taken.id).request_counts.succeeded == 1
    kinds = [(row.custom_id, row.result.type) for row in batches.results(taken.id)]
    assert kinds == [("right", "succeeded"), ("wrong", "errored")]


def test_cancelled(messages: anthropic.Anthropic) -> None:
    """A batch that was taken back stays so, and its requests are told as cancelled."""
    batches = messages.messages.batches
    params = {"model": "other", "max_tokens": 9, "messages": HELLO}
    taken = batches.create(requests=[{"custom_id": "one", "params": params}])  # type: ignore[typeddict-item]
    batches.cancel(taken.id)
    assert batches.retrieve(taken.id).request_counts.canceled == 1
    assert [row.result.type for row in batches.results(taken.id)] == ["canceled"]
