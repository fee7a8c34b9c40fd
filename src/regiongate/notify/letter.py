"""A notice as a mail: the exact bytes, who sends it and who gets it (RFC 5322, MIME)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache

from regiongate.domain.notice import Notice
from regiongate.notify import bodies, headers
from regiongate.notify.sender import Sender
from regiongate.notify.words import words

EARLIER = 10
"""How many earlier notices of a case a letter refers to: a line of headers stays within bounds."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail to one recipient: its envelope, and the bytes as they go over the wire.

    `notice` is the id of the notice. `message` has CRLF line ends and ASCII only. `asked` is the
    language that the contact asked for, `language` the one that the letter is in.
    """

    notice: str
    message_id: str
    return_path: str
    recipient: str
    subject: str
    language: str
    asked: str
    is_fallback: bool
    message: bytes


def compose(
    notice: Notice, sender: Sender, date: datetime, earlier: tuple[str, ...] = ()
) -> Letter:
    """The letter that tells a notice: same facts, same bytes.

    `date` is when it was written. `earlier` are the ids of the notices of the same case that were
    sent before it, oldest first. Raises MissingFact.
    """
    said = words(notice)
    boundary, body = bodies.alternatives(said)
    head = (
        f'Content-Type: multipart/alternative;\r\n boundary="{boundary}"\r\n',
        "MIME-Version: 1.0\r\n",
        *_address(notice, sender, date, earlier),
        headers.text("Subject", said.subject),
        *_mark(notice, sender),
        "\r\n",
    )
    return Letter(
        notice=notice.id,
        message_id=sender.message_id(notice.id),
        return_path=sender.return_path,
        recipient=notice.organization.contact.address,
        subject=said.subject,
        language=said.choice.language.code,
        asked=said.choice.asked,
        is_fallback=said.choice.is_fallback,
        message="".join((*head, body)).encode("ascii"),
    )


def _address(
    notice: Notice, sender: Sender, date: datetime, earlier: tuple[str, ...]
) -> Iterator[str]:
    """Who writes to whom, when, and in which thread."""
    recipient = notice.organization
    yield headers.line("Date", format_datetime(date))
    yield _from(sender)
    yield headers.person("To", recipient.name, recipient.contact.address)
    if notice.provider.contact.startswith("mailto:"):
        yield headers.line("Reply-To", notice.provider.contact.removeprefix("mailto:"))
    yield headers.ids("Message-ID", [sender.message_id(notice.id)])
    thread = [sender.message_id(one) for one in earlier[-EARLIER:]]
    if thread:
        yield headers.ids("In-Reply-To", thread[-1:])
        yield headers.ids("References", thread)


@lru_cache(maxsize=10)
def _from(sender: Sender) -> str:
    return headers.person("From", sender.name, sender.address)


def _mark(notice: Notice, sender: Sender) -> Iterator[str]:
    """What tells machines that no person wrote this, so that no machine answers it."""
    yield headers.line("Auto-Submitted", "auto-generated")  # RFC 3834, section 5
    yield headers.line("X-Auto-Response-Suppress", "OOF, AutoReply")  # Exchange knows it alone.
    yield headers.line("List-Id", f"<region-notices.{sender.domain}>")  # RFC 2919
    yield headers.line("List-Help", f"<{notice.provider.contact}>")  # RFC 2369
