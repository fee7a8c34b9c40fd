"""`regiongate serve`: a relay wholly or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from regiongate.cli import serve as command
from regiongate.domain.errors import CannotRun
from regiongate.server.settings import Settings

SENDER = ("--sender", "Example API <notices@example.com>")
ACCOUNT = ("--user-from", "MAIL_USER", "--password-from", "MAIL_PASSWORD")


def _served(
    folder: Path, monkeypatch: pytest.MonkeyPatch, *options: str, **environment: str
) -> Settings:
    """With which settings a server would run. Raises what the command raises."""
    found: list[Settings] = []
    monkeypatch.setattr(command, "run", lambda settings, _: found.append(settings))
    said = CliRunner().invoke(
        command.serve, ["--state", str(folder), *options], env={**environment}
    )
    if said.exception is not None:
        raise said.exception
    [settings] = found
    return settings


def test_a_relay_comes_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Options and variables make it as those of `case notice` do, and no secret is shown."""
    for name, value in {"MAIL_USER": "us", "MAIL_PASSWORD": "pa55"}.items():
        monkeypatch.setenv(name, value)
    relay = {"REGIONGATE_RELAY": "mail.example.com:587"}
    settings = _served(tmp_path, monkeypatch, *SENDER, *ACCOUNT, **relay)
    assert settings.post is not None
    assert (settings.post.relay.host, settings.post.sender.address) == (
        "mail.example.com",
        "notices@example.com",
    )
    assert "pa55" not in repr(settings)


def test_without_a_relay_letters_are_written_and_not_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sender alone is no half of a relay."""
    settings = _served(tmp_path, monkeypatch, *SENDER)
    assert (settings.post, list(settings.mail)) == (None, ["sender"])


@pytest.mark.parametrize(
    ("options", "wrong"),
    [
        (("--relay", "mail.example.com:587"), "`sender` is not given"),
        ((*SENDER, "--messages-a-minute", "30"), "`relay` is not given"),
        ((*SENDER, "--relay", "mail.example.com:587", *ACCOUNT), "MAIL_PASSWORD, which is not set"),
        ((*SENDER, "--relay", "mail.example.com:25", "--security", "none"), "not on this machine"),
    ],
)
def test_half_a_relay_refuses_to_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...], wrong: str
) -> None:
    """What is missing is named, and no server runs."""
    with pytest.raises(CannotRun, match="mail cannot be sent") as told:
        _served(tmp_path, monkeypatch, *options)
    assert wrong in str(told.value)
