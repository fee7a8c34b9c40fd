"""The headers by which a client paces itself are there, and numbers where they are numbers."""

from __future__ import annotations

import pytest

from regiongate.conformance.answer import Answer
from regiongate.conformance.exchange import Exchange
from regiongate.conformance.finding import State
from regiongate.conformance.openai.rate_limits import HEADERS, judge

RIGHT = dict.fromkeys(HEADERS, "60") | {"x-ratelimit-reset-tokens": "6m0s"}


@pytest.mark.parametrize(
    ("said", "state", "words"),
    [
        (RIGHT, State.WORKS, "all 6 headers"),
        (RIGHT | {HEADERS[1]: "-5"}, State.DIFFERS, f"{HEADERS[1]} is '-5'"),
        ({HEADERS[0]: "many"}, State.DIFFERS, f"{HEADERS[0]} is 'many'"),
        ({}, State.MISSING, "no header of this kind"),
    ],
)
def test_rate_limits(said: dict[str, str], state: State, words: str) -> None:
    """A number below zero paces nobody."""
    made = Exchange("POST", "http://x/v1", (), b"", 200, tuple(said.items()), b"{}", (), None)
    found = judge(Answer((made,)))
    assert found.state is state
    assert words in found.words
