"""What a returned mail says, as values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Action(StrEnum):
    """What the reporting server did (RFC 3464, section 2.3.3)."""

    FAILED = "failed"
    DELAYED = "delayed"
    DELIVERED = "delivered"
    RELAYED = "relayed"
    EXPANDED = "expanded"


class StatusClass(StrEnum):
    """The first digit of a status code (RFC 3463, section 3.1)."""

    SUCCESS = "success"
    TRANSIENT = "transient"
    PERMANENT = "permanent"


class Recognized(StrEnum):
    """By what a report was known to be about one of our notices, surest first.

    By the recipient alone no notice can be told, only the address.
    """

    ENVELOPE_ID = "envelope-id"
    MESSAGE_ID = "message-id"
    RECIPIENT = "recipient"


@dataclass(frozen=True, slots=True)
class Report:
    """What one server says of one recipient of one letter.

    `name` is the mail that said so, and `digest` the SHA-256 of it in hexadecimal: a mail that is
    read twice is one report. `notice` is None where only the recipient is known. `status` is the
    code as it stands there, such as `5.1.1`.
    """

    name: str
    digest: str
    notice: str | None
    recognized: Recognized
    recipient: str
    action: Action
    status: str
    status_class: StatusClass
    diagnostic: str

    @property
    def is_permanent_failure(self) -> bool:
        """Whether the address does not take mail, and will not."""
        return self.action is Action.FAILED and self.status_class is StatusClass.PERMANENT


class Why(StrEnum):
    """Why a mail was left aside."""

    NOT_A_REPORT = "not-a-report"
    AUTOMATIC_REPLY = "automatic-reply"
    OTHER_REPORT = "other-report"
    NO_RECIPIENT = "no-recipient"
    BROKEN = "broken"
    TOO_LARGE = "too-large"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class LeftAside:
    """A mail, or a part of a report, from which nothing could be taken, and why."""

    name: str
    why: Why
    detail: str


@dataclass(frozen=True, slots=True)
class Bounces:
    """Everything that a mailbox held: the reports, and what was left aside, each by its name."""

    reports: tuple[Report, ...]
    left_aside: tuple[LeftAside, ...]

    @property
    def counts(self) -> Mapping[Why, int]:
        """How many mails were left aside, for each reason."""
        return Counter(aside.why for aside in self.left_aside)
