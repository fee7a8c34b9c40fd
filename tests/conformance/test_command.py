"""The command: its table, its files, its exit codes, and what it refuses to start with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from regiongate.cli.main import main
from regiongate.conformance import extra
from tests.conformance.asking import KEY
from tests.support.ports import free_port


def _check(url: str, *more: str, key: str = KEY) -> Result:
    arguments = ["switch", "check", "--base-url", url, "--dialect", "openai", "--key-env", "K"]
    return CliRunner(env={"K": key}).invoke(main, [*arguments, *more])


def test_files(wrong: str, tmp_path: Path) -> None:
    """Every row names its requests and answers, each is a file, and the key is in none."""
    out = tmp_path / "out"
    result = _check(f"{wrong}/none/v1", "--out", str(out), "--json")
    assert result.exit_code == 1
    record = json.loads(result.stdout)
    assert record == json.loads((out / "result.json").read_text())
    names = {name for row in record["rows"] for name in row["exchanges"]}
    assert names == {path.name for path in out.glob("*.http")}
    assert b"authorization: Bearer (key)" in (out / "chat-1.http").read_bytes()
    assert all(KEY.encode() not in path.read_bytes() for path in out.iterdir())
    assert sum(record["counts"].values()) == len(record["rows"])


def test_a_full_folder(wrong: str, tmp_path: Path) -> None:
    """A folder that holds something is not written over."""
    (tmp_path / "mine").touch()
    result = _check(f"{wrong}/none/v1", "--out", str(tmp_path))
    assert result.exit_code == 2
    assert "is not empty" in result.output


def test_verbose(wrong: str) -> None:
    """The table comes first, then what is behind it, without what a terminal would obey."""
    result = _check(f"{wrong}/html/v1", "--verbose")
    assert result.stdout.startswith("check ")
    assert "=== chat: " in result.output
    assert "welcome" in result.output
    assert "\x1b" not in result.stdout
    assert KEY not in result.output


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("ftp://example.com", "must begin with https://"),
        ("https://user:word@example.com/v1", "must not hold a user"),
        ("https://example.com/v1?key=1", "must end with its path"),
        ("https:///v1", "names no host"),
        ("https://example.com:99999/v1", "cannot be read"),
    ],
)
def test_addresses(url: str, words: str) -> None:
    """An address that no SDK can take is refused before anything is sent."""
    result = _check(url)
    assert result.exit_code == 2
    assert words in result.output


@pytest.mark.parametrize("key", ["", "abc", "with blank", "with\nbreak", "schlüssel"])
def test_keys(key: str) -> None:
    """A variable without a usable key is refused, and its content is not shown."""
    result = _check("https://example.com/v1", key=key)
    assert result.exit_code == 2
    assert "K" in result.output
    assert not key or key not in result.output


def test_unreachable() -> None:
    """Where nothing listens the run ends with 2."""
    result = _check(f"http://127.0.0.1:{free_port()}/v1")
    assert result.exit_code == 2
    assert "cannot be reached" in result.output


def test_refused_key(wrong: str) -> None:
    """A key that is refused ends the run with 2."""
    result = _check(f"{wrong}/refuses-key/v1")
    assert result.exit_code == 2
    assert "refuses the key (401)" in result.output


def test_time_of_the_run(wrong: str) -> None:
    """When the time of the run is used up, the rest is not asked."""
    result = _check(f"{wrong}/endless/v1", "--run-seconds", "1")
    assert result.exit_code == 1
    assert "not asked" in result.output


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the SDKs the command says what to install."""
    monkeypatch.setattr(extra, "find_spec", lambda name: None)
    result = _check("https://example.com/v1")
    assert result.exit_code == 2
    assert "pip install 'regiongate[switching]'" in result.output
