"""What became of handing one letter to a relay."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

_QUEUE_ID = re.compile(
    # Postfix, Exim, OpenSMTPD and Exchange, in the words in which they answer.
    r"(?:queued as |\bid=|InternalId=|Message accepted for delivery: |queued mail as )"
    r"(?P<id>[A-Za-z0-9][A-Za-z0-9._-]*)"
)
_SENDMAIL = re.compile(r"(?P<id>[A-Za-z0-9]{8,}) Message accepted for delivery")


class Fate(StrEnum):
    """What became of a letter. Only an unknown one may have been accepted without our seeing it."""

    ACCEPTED = "accepted"
    REFUSED_FOR_NOW = "refused-for-now"
    REFUSED_FOR_GOOD = "refused-for-good"
    NOT_SENT = "not-sent"
    UNKNOWN = "unknown"


class Stage(StrEnum):
    """How far the conversation had come (RFC 5321), in its order."""

    CONNECT = "connect"
    HELLO = "hello"
    TLS = "tls"
    LOGIN = "login"
    MAIL = "mail"
    RECIPIENT = "recipient"
    DATA = "data"
    TEXT = "text"
    END = "end"

    @property
    def is_of_session(self) -> bool:
        """Whether it comes before any letter, so that a refusal speaks of us, not of a letter."""
        return self in (Stage.CONNECT, Stage.HELLO, Stage.TLS, Stage.LOGIN)


@dataclass(frozen=True, slots=True)
class Reply:
    """A relay's answer: three digits, and the text of all its lines."""

    code: int
    text: str

    @property
    def severity(self) -> int:
        """The first digit, which says everything that a client must know (RFC 5321, 4.2.1)."""
        return self.code // 100


@dataclass(frozen=True, slots=True)
class Outcome:
    """The fate of a letter, at which stage it was sealed, and what the relay or the system said.

    `reply` is None where the relay said nothing that could be read; `detail` then says what
    happened. `receipts` is whether the relay was asked for delivery status notifications.
    """

    fate: Fate
    stage: Stage
    reply: Reply | None
    detail: str = ""
    receipts: bool = False

    @property
    def queue_id(self) -> str | None:
        """Under which name the relay has the letter, where it said so in words that are known."""
        if self.fate is not Fate.ACCEPTED or self.reply is None:
            return None
        found = _QUEUE_ID.search(self.reply.text) or _SENDMAIL.search(self.reply.text)
        return found["id"] if found else None
