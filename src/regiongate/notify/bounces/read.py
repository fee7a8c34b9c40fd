"""A whole mailbox → reports, with everything that was left aside by name."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from regiongate.notify.bounces.mailbox import LARGEST, Mail, mails
from regiongate.notify.bounces.parse import Found, parse
from regiongate.notify.bounces.report import Bounces, LeftAside, Report, Why
from regiongate.notify.sender import Sender


def read(path: Path, sender: Sender) -> Bounces:
    """Everything in an mbox file, a Maildir or a folder of `.eml` files; nothing is changed there.

    Raises CannotRun where there is no mailbox.
    """
    return read_mails(mails(path), sender)


def read_mails(given: Iterable[Mail], sender: Sender) -> Bounces:
    """Everything in mails, wherever they come from."""
    found = [one for mail in given for one in _found(mail, sender)]
    return Bounces(
        reports=tuple(one for one in found if isinstance(one, Report)),
        left_aside=tuple(one for one in found if isinstance(one, LeftAside)),
    )


def _found(mail: Mail, sender: Sender) -> list[Found]:
    if mail.content is not None:
        return parse(mail.name, mail.content, sender)
    if mail.trouble:
        return [LeftAside(mail.name, Why.UNREADABLE, mail.trouble)]
    return [LeftAside(mail.name, Why.TOO_LARGE, f"larger than {LARGEST} octets")]
