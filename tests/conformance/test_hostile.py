"""An endpoint that means harm gets neither the key to another place nor our time or memory."""

from __future__ import annotations

import time

import pytest

from regiongate.conformance.evidence import spelled
from regiongate.conformance.finding import State
from regiongate.domain.errors import CannotRun
from regiongate.domain.offer import Speech
from tests.conformance.asking import KEY, row_of
from tests.conformance.wrong import SEEN


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("endless", "does not end within 1 seconds"),
        ("giant", "is longer than 1000000 bytes"),
        ("compressed", "compressed although"),
        ("deep", "`object` is another"),
        ("html", "the message has no text"),
    ],
)
def test_cut_off(wrong: str, fault: str, words: str) -> None:
    """What does not end, or is no answer, differs within the limits."""
    begun = time.monotonic()
    row = row_of(f"{wrong}/{fault}/v1", Speech.OPENAI, "chat", seconds=1, size=1_000_000)
    assert row.finding.state is State.DIFFERS
    assert words in row.finding.words
    assert time.monotonic() - begun < 8
    assert sum(len(exchange.body) for exchange in row.exchanges) < 3_000_000


def test_slow_head(wrong: str) -> None:
    """Headers that come one byte at a time end with the check's time, not with their last byte."""
    with pytest.raises(CannotRun, match="lists no model"):
        row_of(f"{wrong}/slow-head/v1", Speech.OPENAI, "chat", seconds=1)


@pytest.mark.parametrize(("dialect", "path"), [(Speech.OPENAI, "/v1"), (Speech.ANTHROPIC, "")])
def test_redirect(wrong: str, dialect: Speech, path: str) -> None:
    """A redirect is told and not followed: the other place is never asked."""
    row = row_of(f"{wrong}/redirect{path}", dialect, "models")
    assert row.finding.words == "answers with a redirect (307); not followed"
    assert SEEN == []


def test_key_repeated(wrong: str) -> None:
    """A key that the endpoint repeats is in no finding and in no evidence."""
    row = row_of(f"{wrong}/repeats-key/v1", Speech.OPENAI, "chat")
    text = row.finding.words.encode() + b"".join(map(spelled, row.exchanges))
    assert b"Bearer (key)" in text
    assert KEY.encode() not in text


def test_too_many(wrong: str) -> None:
    """An endpoint that is busy has not told anything."""
    assert row_of(f"{wrong}/too-many/v1", Speech.OPENAI, "chat").finding.state is State.NOT_TOLD


def test_what_needs_it_is_not_asked(wrong: str) -> None:
    """After a chat that failed nothing is asked that needs one."""
    row = row_of(f"{wrong}/too-many/v1", Speech.OPENAI, "stream")
    assert row.finding.words == "not asked: it needs `chat`"
    assert row.exchanges == ()


@pytest.mark.parametrize(("dialect", "path"), [(Speech.OPENAI, "/v1"), (Speech.ANTHROPIC, "")])
def test_environment(
    wrong: str, dialect: Speech, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the environment holds for the API that is left is not sent to a candidate."""
    for name in ("OPENAI_API_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "ANTHROPIC_AUTH_TOKEN"):
        monkeypatch.setenv(name, "former-secret")
    for name in ("OPENAI_CUSTOM_HEADERS", "ANTHROPIC_CUSTOM_HEADERS"):
        monkeypatch.setenv(name, "x-former: former-secret")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    row = row_of(f"{wrong}/none{path}", dialect, "chat")
    assert row.finding.state is State.WORKS
    sent = [header for exchange in row.exchanges for header in exchange.sent_headers]
    assert any("(key)" in value for _, value in sent)
    assert "former" not in str(sent)
