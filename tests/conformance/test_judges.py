"""No answer of a stranger, however odd, breaks a judgement."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regiongate.conformance.answer import Answer
from regiongate.conformance.check import Check
from regiongate.conformance.exchange import Exchange
from regiongate.conformance.finding import State
from regiongate.conformance.tables import TABLES
from tests.conformance.wrong import chat, chunks, events, message

CHECKS = [(dialect, check) for dialect, table in TABLES.items() for check in table]
ODD: tuple[Any, ...] = (None, True, -1, 10**400, 1e308, "", "\ud800", "9", [], [[]], {}, [1, None])
ASKED = {"model": "m", "messages": [{"role": "user"}], "tools": [1]}
EMBEDDED = {"object": "list", "data": [{"index": 0, "embedding": [0.5]}, {"index": 1}]}


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a document."""
    pairs: list[tuple[Any, Any]] = []
    if isinstance(value, dict | list):
        pairs = list(value.items() if isinstance(value, dict) else enumerate(value))
    return [path, *(place for key, child in pairs for place in _places(child, (*path, key)))]


def _with(value: Any, path: tuple[Any, ...], odd: Any) -> Any:
    """The document with something odd at a place."""
    if not path:
        return odd
    changed = dict(value) if isinstance(value, dict) else list(value)
    changed[path[0]] = _with(value[path[0]], path[1:], odd)
    return changed


@st.composite
def bodies(draw: st.DrawFn) -> bytes:
    """A right answer of some kind with one odd thing in it, plain or streamed."""
    documents: list[Any] = [chat(ASKED), message(ASKED), EMBEDDED, chunks(ASKED), events(ASKED)]
    right = draw(st.sampled_from(documents))
    odd = _with(right, draw(st.sampled_from(_places(right)[1:])), draw(st.sampled_from(ODD)))
    if not isinstance(odd, list):
        return json.dumps(odd).encode()
    return b"".join(f"data: {json.dumps(one)}\n\n".encode() for one in odd)


@pytest.mark.parametrize(
    "check", [check for _, check in CHECKS], ids=[f"{d}-{c.name}" for d, c in CHECKS]
)
@settings(max_examples=25, deadline=None, derandomize=True)
@given(body=bodies(), more=bodies())
def test_never_breaks(check: Check, body: bytes, more: bytes) -> None:
    """Each judgement ends in a state and in words that can be shown."""
    exchanges = tuple(
        Exchange("POST", "http://x/v1/batches", (), b"", 200, (), one, ((len(one), 0.1),), None)
        for one in (body, more, body, more)
    )
    finding = check.judge(Answer(exchanges))
    assert finding.state in State
    assert len(finding.words.encode("utf-8")) < 2500


@pytest.mark.parametrize("check", sorted({check.name for _, check in CHECKS}))
def test_documented(check: str) -> None:
    """docs/conformance.md says of each check what is expected."""
    page = Path(__file__).parents[2] / "docs" / "conformance.md"
    assert f"\n| `{check}` | " in page.read_text()
