"""The token in a link that stands for a login: what it says, until when, and a signature.

It is signed with HMAC-SHA256 (RFC 2104) by a secret that never leaves the state directory, so
nobody can make one. What is signed begins with the purpose of the link: a token made for one thing
opens nothing else.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from regiongate.domain.errors import CannotRun
from regiongate.domain.instant import require_instants

LONGEST = 600
"""Characters of a token: an id has up to 256, and base64 makes four of three."""

_SHAPE = re.compile(
    r"((?:[0-9]{1,18}\.)*)([0-9]{1,12})\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]{43})", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Opened:
    """What a token says: numbers, as many as its purpose has, the organization's id, its end."""

    numbers: tuple[int, ...]
    organization: str
    expires: datetime


class BadLink(CannotRun):
    """A token that opens nothing; the message tells whoever followed the link what to do.

    `ended` is when its link ended, None where that is not why.
    """

    def __init__(self, message: str, ended: datetime | None = None) -> None:
        super().__init__(message)
        self.ended = ended


def seal(
    purpose: bytes, numbers: tuple[int, ...], organization: str, expires: datetime, secret: bytes
) -> str:
    """The token that says all this; the same arguments make the same one.

    Fractions of a second of `expires` are left out. Raises ValueError where it has no time zone.
    """
    named = base64.urlsafe_b64encode(organization.encode()).decode().rstrip("=")
    said = ".".join((*map(str, numbers), str(_seconds(expires)), named))
    return f"{said}.{_signature(purpose, said, secret)}"


def open_token(purpose: bytes, token: str, secret: bytes, at: datetime) -> Opened:
    """What a token says. Raises BadLink when it was not signed for the purpose, or has ended."""
    shape = _SHAPE.fullmatch(token) if len(token) <= LONGEST else None
    said, _, signature = token.rpartition(".")
    # The signature is compared as text: a second spelling of the same bytes is not ours either.
    if shape is None or not hmac.compare_digest(signature, _signature(purpose, said, secret)):
        raise BadLink("this link is incomplete or was changed: open it from the notice once more")
    expires = datetime.fromtimestamp(int(shape[2]), UTC)
    if expires <= at:
        until = expires.strftime("%Y-%m-%d %H:%M UTC")
        message = f"this link ended on {until}: use the one in the latest notice, or write us"
        raise BadLink(message, expires)
    numbers = tuple(int(number) for number in shape[1].split(".")[:-1])
    return Opened(numbers, _text(shape[3]), expires)


def _seconds(expires: datetime) -> int:
    require_instants(expires)
    return (expires - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(seconds=1)


def _signature(purpose: bytes, said: str, secret: bytes) -> str:
    made = hmac.digest(secret, purpose + b"\0" + said.encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(made).decode().rstrip("=")


def _text(encoded: str) -> str:
    try:
        return base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError) as error:  # Signed, so we would have made it.
        raise AssertionError(f"a signed token that we cannot have made: {encoded}") from error
