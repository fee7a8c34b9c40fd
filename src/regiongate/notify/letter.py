"""A notice as a mail: the exact bytes, who sends it and who gets it (RFC 5322, MIME)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from email.charset import BASE64, QP, Charset
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.utils import format_datetime

from regiongate.domain.notice import Notice
from regiongate.notify import headers
from regiongate.notify.sender import Sender
from regiongate.notify.words import Words, words

_ASCII = bytes(range(127))

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
    message = _filled(said)
    _address(message, notice, sender, date, earlier)
    message["Subject"] = headers.text("Subject", said.subject)
    _mark(message, notice, sender)
    return Letter(
        notice=notice.id,
        message_id=sender.message_id(notice.id),
        return_path=sender.return_path,
        recipient=notice.organization.contact.address,
        subject=said.subject,
        language=said.choice.language.code,
        asked=said.choice.asked,
        is_fallback=said.choice.is_fallback,
        message=message.as_bytes(policy=headers.POLICY),
    )


def _address(
    message: MIMEMultipart, notice: Notice, sender: Sender, date: datetime, earlier: tuple[str, ...]
) -> None:
    """Who writes to whom, when, and in which thread."""
    recipient = notice.organization
    message["Date"] = format_datetime(date)
    message["From"] = headers.person("From", sender.name, sender.address)
    message["To"] = headers.person("To", recipient.name, recipient.contact.address)
    if notice.provider.contact.startswith("mailto:"):
        message["Reply-To"] = notice.provider.contact.removeprefix("mailto:")
    message["Message-ID"] = sender.message_id(notice.id)
    thread = [sender.message_id(one) for one in earlier[-EARLIER:]]
    if thread:
        message["In-Reply-To"] = thread[-1]
        message["References"] = "\n ".join(thread)


def _mark(message: MIMEMultipart, notice: Notice, sender: Sender) -> None:
    """What tells machines that no person wrote this, so that no machine answers it."""
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834, section 5
    message["X-Auto-Response-Suppress"] = "OOF, AutoReply"  # Exchange knows this one only.
    message["List-Id"] = f"<region-notices.{sender.domain}>"  # RFC 2919
    message["List-Help"] = f"<{notice.provider.contact}>"  # RFC 2369


def _filled(said: Words) -> MIMEMultipart:
    """Plain text first, HTML as the richer alternative (RFC 2046, section 5.1.4)."""
    digest = hashlib.sha256(f"{said.text}\0{said.html}".encode()).hexdigest()
    # `=_` cannot stand in quoted-printable or base64, so no part can hold the boundary.
    message = MIMEMultipart("alternative", boundary=f"=_{digest[:32]}")
    for subtype, content in (("plain", said.text), ("html", said.html)):
        part = MIMENonMultipart("text", subtype)
        part["Content-Language"] = said.choice.language.code
        charset = _charset(content)
        # Base64 carries what it is given, so line ends must be those of mail (RFC 2049, 4).
        packed = charset.body_encoding == BASE64
        part.set_payload(content.replace("\n", "\r\n") if packed else content, charset)
        message.attach(part)
    return message


def _charset(content: str) -> Charset:
    """UTF-8 in the shorter of the two encodings that any relay carries."""
    charset = Charset("utf-8")
    # Base64 makes four octets of three; quoted-printable makes three of each that is not ASCII.
    octets = content.encode()
    others = len(octets.translate(None, _ASCII))
    charset.body_encoding = QP if others * 6 < len(octets) else BASE64
    return charset
