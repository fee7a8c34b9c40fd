"""The sample API, which echoes and has no model behind it: what it lacks is found."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from regiongate.domain.offer import Speech
from tests.conformance.asking import states
from tests.support.upstream import start_upstream

SHARED = {
    **dict.fromkeys(("models", "chat", "limit", "stream", "stream-usage", "pace"), "works"),
    **dict.fromkeys(("tool-result", "images", "error-bad-request"), "works"),
    **dict.fromkeys(("stop", "tools", "tools-parallel", "tools-streamed"), "differs"),
    **dict.fromkeys(("json-schema", "error-unknown-model", "error-wrong-key"), "differs"),
    "rate-limit-headers": "missing",
    "files": "differs",  # It takes an upload and keeps nothing.
    "batch": "missing",
}


@pytest.fixture(scope="module")
def sample() -> Iterator[str]:
    """The base URL of a running one, without `/v1`."""
    with start_upstream(token_delay_ms=1) as url:
        yield url


def test_openai(sample: str) -> None:
    """In OpenAI's dialect."""
    more = {"logprobs": "missing", "seeds": "works", "embeddings": "works"}
    assert states(f"{sample}/v1", Speech.OPENAI) == SHARED | more


def test_anthropic(sample: str) -> None:
    """In Anthropic's dialect."""
    assert states(sample, Speech.ANTHROPIC) == SHARED | {"count-tokens": "missing"}
