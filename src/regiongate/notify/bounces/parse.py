"""One returned mail → what it reports (RFC 3464, RFC 6533), or why it reports nothing.

Whatever arrives in a mailbox was written by anybody, so nothing here trusts its form.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from email.policy import compat32

from regiongate.domain.contact import MAIL_ADDRESS
from regiongate.domain.notice import NOTICE_ID
from regiongate.notify.bounces.report import (
    Action,
    LeftAside,
    Recognized,
    Report,
    StatusClass,
    Why,
)
from regiongate.notify.sender import Sender

_STATUS = re.compile(r"([245])\.[0-9]{1,3}\.[0-9]{1,3}(?![0-9])")
_CLASSES = {"2": StatusClass.SUCCESS, "4": StatusClass.TRANSIENT, "5": StatusClass.PERMANENT}
_STATUS_PARTS = ("message/delivery-status", "message/global-delivery-status")
_RETURNED_PARTS = (
    "message/rfc822",
    "text/rfc822-headers",
    "message/global",
    "message/global-headers",
)
_XTEXT = re.compile(r"\+([0-9A-F]{2})")
_SPACES = re.compile(r"\s+")
_MESSAGE_ID = re.compile(r"^message-id:\s*(<[^<>\s]{1,250}>)", re.IGNORECASE | re.MULTILINE)
_LONGEST = 500
"""Characters of a diagnostic that are kept: it is for people to read."""

Found = Report | LeftAside


def parse(name: str, content: bytes, sender: Sender) -> list[Found]:
    """What a mail reports of each recipient, or the one reason why it reports nothing."""
    try:
        mail = message_from_bytes(content, policy=compat32)
        return _report(name, content, mail, sender)
    except RecursionError:
        return [LeftAside(name, Why.BROKEN, "its parts are nested too deeply")]


def _report(name: str, content: bytes, mail: Message, sender: Sender) -> list[Found]:
    parts = list(mail.walk())
    status = next((part for part in parts if part.get_content_type() in _STATUS_PARTS), None)
    if status is None:
        return [_no_report(name, mail)]
    blocks = _messages(status)
    digest = hashlib.sha256(content).hexdigest()
    recipients = [block for block in blocks[1:] if block.keys()]
    if not recipients:
        return [LeftAside(name, Why.BROKEN, "its delivery status has no fields of a recipient")]
    notice, recognized = _recognized(blocks[0], parts, sender)
    many = len(recipients) > 1
    return [
        _of_recipient(f"{name}:{number}" if many else name, digest, block, notice, recognized)
        for number, block in enumerate(recipients, 1)
    ]


def _of_recipient(
    name: str, digest: str, block: Message, notice: str | None, recognized: Recognized
) -> Found:
    """What the fields of one recipient say (RFC 3464, section 2.3)."""
    recipient = _address(_field(block, "Original-Recipient")) or _address(
        _field(block, "Final-Recipient")
    )
    if recipient is None:
        return LeftAside(name, Why.NO_RECIPIENT, "no field names a mail address as the recipient")
    action, status = _field(block, "Action").lower(), _STATUS.match(_field(block, "Status"))
    if action not in list(Action) or status is None:
        return LeftAside(name, Why.BROKEN, f"its action is {action!r}, and its status unclear")
    return Report(
        name=name,
        digest=digest,
        notice=notice,
        recognized=recognized,
        recipient=recipient,
        action=Action(action),
        status=status[0],
        status_class=_CLASSES[status[1]],
        diagnostic=_field(block, "Diagnostic-Code")[:_LONGEST],
    )


def _recognized(
    general: Message, parts: list[Message], sender: Sender
) -> tuple[str | None, Recognized]:
    """The notice that the report is about, and by what it is known."""
    envelope = _from_xtext(_field(general, "Original-Envelope-Id"))
    if NOTICE_ID.fullmatch(envelope):
        return envelope, Recognized.ENVELOPE_ID
    for message_id in _returned_ids(parts):
        notice = sender.notice_of(message_id)
        if notice is not None:
            return notice, Recognized.MESSAGE_ID
    return None, Recognized.RECIPIENT


def _returned_ids(parts: list[Message]) -> Iterator[str]:
    """The Message-IDs in what was returned of the letter, as a message or as its headers."""
    for part in parts:
        if part.get_content_type() not in _RETURNED_PARTS:
            continue
        if part.is_multipart():
            yield from (_field(message, "Message-ID") for message in _messages(part))
        else:
            decoded = part.get_payload(decode=True)
            text = decoded.decode("utf-8", "replace") if isinstance(decoded, bytes) else ""
            yield from _MESSAGE_ID.findall(text)


def _messages(part: Message) -> list[Message]:
    """The messages that a part of type message/… holds: those, or blocks of fields."""
    payload = part.get_payload()
    if not isinstance(payload, list):
        return []
    return [message for message in payload if isinstance(message, Message)]


def _no_report(name: str, mail: Message) -> LeftAside:
    """Why a mail without a delivery status is none of ours to act on."""
    if mail.get_content_type() == "multipart/report":
        return LeftAside(name, Why.OTHER_REPORT, "a report, but not of a delivery")
    if _field(mail, "Auto-Submitted").lower() not in ("", "no"):
        return LeftAside(name, Why.AUTOMATIC_REPLY, "answered by a machine (RFC 3834)")
    return LeftAside(name, Why.NOT_A_REPORT, "not a multipart/report (RFC 3464)")


def _field(message: Message, name: str) -> str:
    """A field in one line, without what is not text; empty where it is absent."""
    value = _SPACES.sub(" ", str(message.get(name, ""))).strip()
    return "".join(c for c in value if c.isprintable())


def _address(field: str) -> str | None:
    """The address of a field such as `rfc822; user@example.com`, None where it holds none."""
    kind, _, address = field.partition(";")
    if kind.strip().lower() not in ("rfc822", "utf-8"):
        return None
    found = _from_xtext(address.strip())
    return found if MAIL_ADDRESS.fullmatch(found) else None


def _from_xtext(text: str) -> str:
    """What stands in xtext (RFC 3461, section 4). A plus without two digits stands for itself."""
    return _XTEXT.sub(lambda match: chr(int(match[1], 16)), text)
