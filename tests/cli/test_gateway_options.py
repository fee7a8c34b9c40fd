"""The options by which a gateway is told where providers in region are."""

from __future__ import annotations

from pathlib import Path

import pytest

from regiongate.cli.gateway_settings import providers
from regiongate.compiler.envoy.settings import Settings, endpoint, from_record, to_record, upstream
from regiongate.domain.errors import CannotRun


@pytest.fixture(name="key")
def _key(tmp_path: Path) -> Path:
    path = tmp_path / "east.key"
    path.write_text("sk-ours\n")
    path.chmod(0o600)
    return path


def test_providers_are_sorted_and_their_keys_are_paths(key: Path) -> None:
    """In whatever order they are named; the key itself is not taken into the settings."""
    urls = ["west=http://127.0.0.1:9", "east=https://api.east.example"]
    found = providers(urls, [f"east={key}", f"west={key}"])
    assert [one.name for one in found] == ["east", "west"]
    assert (str(found[0].upstream), str(found[0].key)) == (
        "https://api.east.example:443",
        str(key),
    )
    assert "sk-ours" not in str(found)


def test_settings_are_read_back(key: Path) -> None:
    """Equal to those that were written down."""
    told = providers(["east=https://api.east.example"], [f"east={key}"])
    made = Settings(
        (endpoint("127.0.0.1:8080"),), upstream("http://127.0.0.1:9000"), hand_over=told
    )
    assert from_record(to_record(made)) == made


@pytest.mark.parametrize(
    ("urls", "keys", "says"),
    [
        (["east=http://127.0.0.1:9"], [], "belong together: give east both"),
        ([], ["east={key}"], "belong together: give east both"),
        (["http://127.0.0.1:9"], ["east={key}"], "has no name: write NAME=VALUE"),
        (["east="], ["east={key}"], "has no name"),
        (["the east=http://127.0.0.1:9"], ["east={key}"], "has no name"),
        (["east=http://127.0.0.1:9"] * 2, ["east={key}"], "names east twice"),
        (["east=http://127.0.0.1:9"], ["east={key}", "east={key}"], "names east twice"),
        (["east=ftp://127.0.0.1"], ["east={key}"], "a provider's origin"),
        (["east=http://127.0.0.1:9"], ["east={key}.none"], "cannot be read"),
    ],
)
def test_what_is_missing_or_wrong_is_told(
    key: Path, urls: list[str], keys: list[str], says: str
) -> None:
    """With the option, the name, and what to write."""
    with pytest.raises(CannotRun, match=says):
        providers(urls, [text.format(key=key) for text in keys])


@pytest.mark.parametrize("text", ["", "\n", "two words\n", "one\ntwo\n", "sk-ö\n", " sk\n"])
def test_a_file_without_one_key_is_refused(key: Path, text: str) -> None:
    """Rather than sent as it is."""
    key.write_text(text)
    with pytest.raises(CannotRun, match=r"holds no key|cannot be read"):
        providers(["east=http://127.0.0.1:9"], [f"east={key}"])


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604])
def test_a_key_that_others_may_read_is_refused(key: Path, mode: int) -> None:
    """And the remedy told."""
    key.chmod(mode)
    with pytest.raises(CannotRun, match=f"chmod 600 {key}"):
        providers(["east=http://127.0.0.1:9"], [f"east={key}"])
