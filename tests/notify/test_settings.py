"""Settings of mail: half of them is none, and everything that is wrong is told at once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from regiongate.domain.errors import CannotRun
from regiongate.notify.settings import NAMES, Login, Security, Settings, read

GOOD = {"relay": "relay.example.com:587", "sender": "Example API <notices@example.com>"}


def _read(**more: str) -> Settings:
    given = {name.replace("_", "-"): value for name, value in more.items()}
    return read(GOOD | given, {"MAIL_USER": "gate", "MAIL_PASSWORD": "s3cret"})


def test_defaults() -> None:
    """A relay and a sender are enough; the rest is safe."""
    found = _read()
    assert (found.relay.host, found.relay.port) == ("relay.example.com", 587)
    assert found.relay.security is Security.STARTTLS
    assert found.relay.login is None
    assert (found.relay.timeout, found.relay.answer_timeout) == (60, 600)
    assert found.sender.name == "Example API"
    assert found.sender.return_path == "notices@example.com"
    assert found.sender.domain == "example.com"
    assert found.schedule.give_up == timedelta(days=5)


def test_everything_given() -> None:
    """Each setting counts; the password is in no representation."""
    found = _read(
        relay="[::1]:465",
        security="tls",
        user_from="MAIL_USER",
        password_from="MAIL_PASSWORD",  # noqa: S106 - the name of a variable
        return_path="bounces@example.com",
        domain="mail.example.com",
        messages_a_minute="0",
        first_retry="30s",
        success_receipts="no",
    )
    assert (found.relay.host, found.relay.port) == ("::1", 465)
    assert found.relay.login == Login("gate", "s3cret")
    assert "s3cret" not in repr(found)
    assert found.relay.messages_a_minute is None
    assert not found.relay.success_receipts
    assert found.schedule.first == timedelta(seconds=30)


WRONG = [
    ({"relay": "relay.example.com"}, "write host:port"),
    ({"relay": "relay.example.com:99999"}, "write host:port"),
    ({"security": "ssl"}, "choose of tls, starttls, none"),
    ({"security": "none"}, "relay.example.com is not on this machine"),
    ({"security": "none", "relay": "localhost:25", "user_from": "MAIL_USER",
      "password_from": "MAIL_PASSWORD"}, "must not be sent in the open"),
    ({"user_from": "MAIL_USER"}, "`password-from` is not given"),
    ({"password_from": "MAIL_PASSWORD"}, "`user-from` is not given"),
    ({"user_from": "MAIL_USER", "password_from": "ABSENT"}, "variable ABSENT, which is not set"),
    ({"sender": "Example API"}, "write Name <address@example.com>"),
    ({"sender": "A\r\nBcc: x@y.example <a@example.com>"}, "`sender`"),
    ({"return_path": "nobody"}, "no mail address"),
    ({"domain": "a" * 61}, "at most 60"),
    ({"ca_file": "/nowhere/ca.pem"}, "no such file"),
    ({"timeout": "soon"}, "write a span"),
    ({"first_retry": "5h"}, "longer than `longest-retry`"),
    ({"messages_a_minute": "many"}, "a number from 0"),
    ({"letters_at_once": "0"}, "a number from 1"),
    ({"success_receipts": "maybe"}, "write yes or no"),
    ({"colour": "red"}, "is no setting"),
]  # fmt: skip


@pytest.mark.parametrize(("given", "message"), WRONG)
def test_what_is_wrong_is_refused(given: dict[str, str], message: str) -> None:
    """Each mistake is named with its remedy."""
    with pytest.raises(CannotRun) as caught:
        _read(**given)
    assert message in str(caught.value)


def test_all_mistakes_at_once() -> None:
    """Nothing given: everything that is needed is named."""
    with pytest.raises(CannotRun) as caught:
        read({"timeout": "x"}, {})
    assert [line.split("`")[1] for line in str(caught.value).splitlines()[1:]] == [
        "relay",
        "sender",
        "timeout",
    ]


def test_every_setting_is_documented() -> None:
    """docs/notices.md names each setting with its default and its meaning."""
    page = (Path(__file__).parents[2] / "docs" / "notices.md").read_text()
    for name, (default, meaning) in NAMES.items():
        shown = "needed" if default is None else f"`{default}`" if default else ""
        assert f"| `{name}` | {shown} | {meaning} |" in page
