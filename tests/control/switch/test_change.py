"""The code that a plan tells to write runs: against the sample API, as it stands in the plan.

LangChain and LiteLLM bring half a hundred packages, so they are tested where they are installed:
`REGIONGATE_CLIENTS` names the Python that has them.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from regiongate.control.switch.change import KEY, MODEL, Change, changes
from regiongate.domain.offer import Endpoint, Speech
from tests.support.upstream import start_upstream

PYTHON = os.environ.get("REGIONGATE_CLIENTS", sys.executable)
_NEEDS = {"langchain": "langchain_openai, langchain_anthropic", "litellm": "litellm"}
_ENDPOINTS = {Speech.OPENAI: "/v1", Speech.ANTHROPIC: ""}


@pytest.fixture(scope="module")
def upstream() -> Iterator[str]:
    """The base URL of a running sample API."""
    with start_upstream(token_delay_ms=0) as url:
        yield url


def _all(url: str = "https://a.example") -> list[Change]:
    return [
        change
        for speaks, path in _ENDPOINTS.items()
        for change in changes(Endpoint(speaks, url + path), "sample-large")
    ]


def _run(*command: str, text: str | None = None) -> str:
    # No proxy of this machine stands between a client and the sample API.
    environment = {
        **os.environ,
        KEY: "sk-test",
        "NO_PROXY": "*",
        "LITELLM_LOCAL_MODEL_COST_MAP": "1",
    }
    done = subprocess.run(
        command,
        input=text,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=environment,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def _has(modules: str) -> bool:
    found = subprocess.run([PYTHON, "-c", f"import {modules}"], capture_output=True, check=False)
    return found.returncode == 0


@pytest.mark.parametrize(
    "at", range(len(_all())), ids=[f"{one.speaks}-{one.client}" for one in _all()]
)
def test_the_code_runs_as_it_stands(at: int, upstream: str, tmp_path: Path) -> None:
    """Base URL, key and model are all that a client needs, and it prints an answer."""
    change = _all(upstream)[at]
    if change.language == "python":
        needs = _NEEDS.get(change.client.lower())
        if needs is not None and not _has(needs):
            pytest.skip(f"{change.client} is not installed")
        said = _run(PYTHON, "-c", change.code)
    elif change.language == "sh":
        if shutil.which("curl") is None:
            pytest.skip("curl is not installed")
        said = _run("sh", "-c", change.code)
    else:
        if shutil.which("node") is None:
            pytest.skip("node is not installed")
        # Without the SDK itself only the syntax can be looked at.
        code = tmp_path / "change.mjs"
        code.write_text(change.code, encoding="utf-8")
        _run("node", "--check", str(code))
        return
    assert "You said: Hello" in said


def test_an_offer_without_a_model_says_so() -> None:
    """Nobody's model is put into the code."""
    [first, *_] = changes(Endpoint(Speech.OPENAI, "https://a.example/v1/"), None)
    assert f'model="{MODEL}"' in first.code
    assert 'base_url="https://a.example/v1"' in first.code
