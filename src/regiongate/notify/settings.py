"""What an operator decides about mail: the relay, the sender, the pace, and when to try again.

Every setting is a text, as it comes from an option, a variable or a file; NAMES says what each
means. What is wrong is told all at once, and half a setting is wrong.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import parseaddr
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType

from regiongate.domain.contact import MAIL_ADDRESS
from regiongate.domain.errors import CannotRun
from regiongate.notify.schedule import Schedule
from regiongate.notify.sender import Sender

LONGEST_DOMAIN = 60
"""A Message-ID stands on one line, and few servers expect one that is longer."""

_SPAN = re.compile(r"(?P<count>[1-9][0-9]{0,6})(?P<unit>[smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class Security(StrEnum):
    """How the connection to the relay is kept private. The certificate is always verified."""

    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Login:
    """The account at the relay."""

    user: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Relay:
    """The server that takes our mail. Timeouts are in seconds; `ca_file` None is the system's.

    `success_receipts` is whether to ask for a notification that a letter arrived, too.
    """

    host: str
    port: int
    security: Security
    login: Login | None = None
    ca_file: str | None = None
    timeout: float = 60.0
    answer_timeout: float = 600.0
    messages_a_minute: int | None = 60
    letters_at_once: int = 100
    success_receipts: bool = True


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything about sending mail."""

    relay: Relay
    sender: Sender
    schedule: Schedule


NAMES: Mapping[str, tuple[str | None, str]] = MappingProxyType(
    {
        "relay": (None, "The server that takes the mail, as `host:port`."),
        "security": ("starttls", "`starttls`, `tls`, or `none` for a relay on this machine."),
        "user-from": ("", "The variable of the environment that holds the user; none: no login."),
        "password-from": ("", "The variable of the environment that holds the password."),
        "ca-file": ("", "A file of certificates to trust instead of the system's."),
        "sender": (None, "In whose name, as `Example API <notices@example.com>`."),
        "return-path": ("", "Where bounces go; the sender's address where it is not given."),
        "domain": ("", "The domain of Message-IDs; that of the sender where it is not given."),
        "timeout": ("60s", "How long to wait for an answer of the relay."),
        "answer-timeout": ("600s", "How long to wait for the answer to a whole letter."),
        "messages-a-minute": ("60", "The most letters in a minute; `0` is no limit."),
        "letters-at-once": ("100", "After how many letters a connection is opened anew."),
        "success-receipts": ("yes", "Whether to ask for a notification of success: `yes`, `no`."),
        "first-retry": ("5m", "How long after the first attempt the second comes."),
        "longest-retry": ("4h", "What the waits, which double, grow to at most."),
        "give-up": ("5d", "How long after the first attempt no further one comes."),
    }
)
"""Every setting: its default, None where it has none, and its meaning."""


def read(given: Mapping[str, str], environment: Mapping[str, str]) -> Settings:
    """The settings, or CannotRun with everything that is wrong with them, one line each."""
    reading = _Reading(given, environment)
    settings = reading.settings()
    if reading.wrong or settings is None:
        raise CannotRun("mail cannot be sent:\n" + "\n".join(sorted(reading.wrong)))
    return settings


def read_sender(given: Mapping[str, str]) -> Sender:
    """The sender alone, for those who write letters and send none; CannotRun as `read`."""
    reading = _Reading(given, {})
    sender = reading.sender()
    if reading.wrong or sender is None:
        wrong = sorted(reading.wrong) or [f"`sender` is not given: {NAMES['sender'][1]}"]
        raise CannotRun("no letter can be written:\n" + "\n".join(wrong))
    return sender


class _Reading:
    """One pass over what was given, which collects what is wrong."""

    def __init__(self, given: Mapping[str, str], environment: Mapping[str, str]) -> None:
        self._environment = environment
        self.wrong: list[str] = []
        for name in given.keys() - NAMES.keys():
            self._say(name, f"is no setting: choose of {', '.join(NAMES)}")
        self._given = {name: given.get(name, default) for name, (default, _) in NAMES.items()}

    def settings(self) -> Settings | None:
        """Everything, None where something without which there is nothing is wrong."""
        for name, value in self._given.items():
            if value is None:
                self._say(name, "is not given: " + NAMES[name][1])
        relay, sender, schedule = self._relay(), self.sender(), self._schedule()
        return None if relay is None or sender is None else Settings(relay, sender, schedule)

    def _text(self, name: str) -> str:
        return self._given[name] or ""

    def _say(self, name: str, what: str) -> None:
        self.wrong.append(f"`{name}` {what}")

    def _relay(self) -> Relay | None:
        host, _, port = self._text("relay").rpartition(":")
        host = host.removeprefix("[").removesuffix("]")
        if self._text("relay") and not (host and port.isdecimal() and 0 < int(port) < 65536):
            self._say("relay", f"is {self._text('relay')!r}: write host:port")
            return None
        security = self._security(host)
        login = self._login()
        if security is Security.NONE and login is not None:
            self._say("security", "is `none`, and a password must not be sent in the open")
        return Relay(
            host=host,
            port=int(port or 0),
            security=security,
            login=login,
            ca_file=self._ca_file(),
            timeout=self._span("timeout").total_seconds(),
            answer_timeout=self._span("answer-timeout").total_seconds(),
            messages_a_minute=self._count("messages-a-minute", 0) or None,
            letters_at_once=self._count("letters-at-once", 1),
            success_receipts=self._yes("success-receipts"),
        )

    def _security(self, host: str) -> Security:
        text = self._text("security")
        if text not in list(Security):
            self._say("security", f"is {text!r}: choose of {', '.join(Security)}")
            return Security.STARTTLS
        if text == Security.NONE and host and not _is_here(host):
            self._say("security", f"is `none`, and {host} is not on this machine: use `starttls`")
        return Security(text)

    def _login(self) -> Login | None:
        """Both halves of the account or neither, and what the variables hold."""
        names = {half: self._text(half) for half in ("user-from", "password-from")}
        if not any(names.values()):
            return None
        values = []
        for half, name in names.items():
            if not name:
                self._say(half, "is not given, and the other half of the account is")
            elif not self._environment.get(name):
                self._say(half, f"names the variable {name}, which is not set")
            else:
                values.append(self._environment[name])
        return Login(*values) if len(values) == len(names) else None

    def _ca_file(self) -> str | None:
        text = self._text("ca-file")
        if text and not Path(text).is_file():
            self._say("ca-file", f"is {text!r}, and there is no such file")
        return text or None

    def sender(self) -> Sender | None:
        text = self._text("sender")
        name, address = parseaddr(text)
        if not text:
            return None
        if not MAIL_ADDRESS.fullmatch(address) or _CONTROL.search(text):
            self._say("sender", f"is {text!r}: write Name <address@example.com>")
            return None
        return_path = self._text("return-path") or address
        if not MAIL_ADDRESS.fullmatch(return_path):
            self._say("return-path", f"is {return_path!r}, and that is no mail address")
        domain = self._text("domain") or address.rpartition("@")[2]
        if not MAIL_ADDRESS.fullmatch(f"a@{domain}") or len(domain) > LONGEST_DOMAIN:
            self._say("domain", f"is {domain!r}: a domain of at most {LONGEST_DOMAIN} characters")
        return Sender(name, address, return_path, domain)

    def _schedule(self) -> Schedule:
        first, longest = self._span("first-retry"), self._span("longest-retry")
        if first > longest:
            self._say("first-retry", "is longer than `longest-retry`")
        return Schedule(first, longest, self._span("give-up"))

    def _span(self, name: str) -> timedelta:
        found = _SPAN.fullmatch(self._text(name))
        if found is None:
            self._say(name, f"is {self._text(name)!r}: write a span such as 30s, 5m, 4h or 5d")
            return timedelta(seconds=1)
        return timedelta(**{_UNITS[found["unit"]]: int(found["count"])})

    def _count(self, name: str, least: int) -> int:
        text = self._text(name)
        if not re.fullmatch(r"[0-9]{1,7}", text) or int(text) < least:
            self._say(name, f"is {text!r}: write a number from {least} on")
            return least
        return int(text)

    def _yes(self, name: str) -> bool:
        if self._text(name) not in ("yes", "no"):
            self._say(name, f"is {self._text(name)!r}: write yes or no")
        return self._text(name) == "yes"


def _is_here(host: str) -> bool:
    """Whether a host is this machine, so that what is sent to it is on no wire."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
