"""Each fault of an endpoint is found, and named for what it is."""

from __future__ import annotations

import pytest

from regiongate.conformance.finding import State
from regiongate.domain.offer import Speech
from tests.conformance.asking import row_of

OPENAI = [
    ("no-usage", "chat", "no usage"),
    ("wrong-sum", "chat", "usage does not add up"),
    ("odd-end", "chat", "finish_reason is 'done'"),
    ("no-choices", "chat", "the message has no text"),
    ("no-text", "chat", "the message has no text"),
    ("limit-unsaid", "limit", "finish_reason is 'stop'"),
    ("odd-type", "stream", "content-type is text/plain"),
    ("no-done", "stream", "does not end with [DONE]"),
    ("text-after-end", "stream", "text after the finish_reason"),
    ("two-ends", "stream", "2 chunks with a finish_reason"),
    ("no-role", "stream", "the first chunk has no role"),
    ("id-changes", "stream", "the id changes between chunks"),
    ("no-stream-usage", "stream-usage", "no usage, though it was asked for"),
    ("usage-everywhere", "stream-usage", "5 chunks carry a usage"),
    ("arguments-as-object", "tools", "arguments are not a text"),
    ("same-call-ids", "tools-parallel", "two calls have the same id"),
    ("chance", "seeds", "another answer to the same seed"),
    ("plain-errors", "error-bad-request", "the answer has no `error` object"),
    ("error-500", "error-bad-request", "answers 500, not 400"),
    ("none", "error-wrong-key", "answers 200 where 401 was due"),
]

ANTHROPIC = [
    ("no-usage", "chat", "no usage"),
    ("empty-block", "chat", "the message has no text"),
    ("odd-stop-reason", "chat", "stop_reason is 'stop'"),
    ("no-output-tokens", "chat", "usage has no output_tokens"),
    ("delta-first", "stream", "content_block_delta outside of its block"),
    ("block-open", "stream", "block 0 never stops"),
    ("no-message-stop", "stream", "does not end with message_delta and message_stop"),
    ("unnamed", "stream", "an event's name is not its type"),
    ("no-delta-usage", "stream-usage", "message_delta: no usage"),
    ("plain-errors", "error-bad-request", "the answer's type is not `error`"),
]

NAMES = ("chat", "limit", "stream", "stream-usage")


@pytest.mark.parametrize(("fault", "check", "words"), OPENAI)
def test_openai(wrong: str, fault: str, check: str, words: str) -> None:
    """An endpoint that speaks OpenAI's dialect wrongly differs, in these words."""
    finding = row_of(f"{wrong}/{fault}/v1", Speech.OPENAI, check).finding
    assert finding.state is State.DIFFERS
    assert words in finding.words


@pytest.mark.parametrize(("fault", "check", "words"), ANTHROPIC)
def test_anthropic(wrong: str, fault: str, check: str, words: str) -> None:
    """An endpoint that speaks Anthropic's dialect wrongly differs, in these words."""
    finding = row_of(f"{wrong}/{fault}", Speech.ANTHROPIC, check).finding
    assert finding.state is State.DIFFERS
    assert words in finding.words


@pytest.mark.parametrize(("dialect", "path"), [(Speech.OPENAI, "/v1"), (Speech.ANTHROPIC, "")])
@pytest.mark.parametrize("check", NAMES)
def test_no_fault(wrong: str, dialect: Speech, path: str, check: str) -> None:
    """Without a fault the same endpoint works, so that the fault is what was found."""
    assert row_of(f"{wrong}/none{path}", dialect, check).finding.state is State.WORKS
