"""The signed link by which an organization appeals without a login.

A token says which case of which organization, and until when, and is signed with HMAC-SHA256
(RFC 2104). Whoever has the link may speak for the organization in this one case, and nothing else:
the secret never leaves the state directory, so nobody can make a token for another case.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from regiongate.domain.case import Case
from regiongate.domain.errors import CannotRun

LONGEST = 600
"""Characters of a token: an id has up to 256, and base64 makes four of three."""

_PURPOSE = b"regiongate appeal link 1\0"
"""What is signed begins with it, so no signature made for something else fits a token."""

_SHAPE = re.compile(r"([1-9][0-9]{0,17})\.([0-9]{1,12})\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]{43})")


@dataclass(frozen=True, slots=True)
class AppealLink:
    """What a token says: the number of a case, the organization's id, and when the link ends."""

    case: int
    organization: str
    expires: datetime

    def require(self, case: Case | None) -> Case:
        """The case that the store has of the number, where it is still the organization's.

        Raises BadLink.
        """
        if case is None or case.organization != self.organization:
            raise BadLink("this link is of a case that is not there any more: write to us")
        return case


class BadLink(CannotRun):
    """A token that opens nothing; the message tells whoever followed the link what to do."""


def appeal_link(site: str, organization: str, case: int, secret: bytes, expires: datetime) -> str:
    """The link to the appeal of one case, below `site`; it works until `expires`.

    The same arguments make the same link. Fractions of a second of `expires` are left out.
    """
    named = base64.urlsafe_b64encode(organization.encode()).decode().rstrip("=")
    said = f"{case}.{_seconds(expires)}.{named}"
    return f"{site}/appeal?token={said}.{_signature(said, secret)}"


def read_link(token: str, secret: bytes, at: datetime) -> AppealLink:
    """What a token says. Raises BadLink when it was not signed with the secret, or has ended."""
    shape = _SHAPE.fullmatch(token) if len(token) <= LONGEST else None
    said, _, signature = token.rpartition(".")
    # The signature is compared as text: a second spelling of the same bytes is not ours either.
    if shape is None or not hmac.compare_digest(signature, _signature(said, secret)):
        raise BadLink("this link is incomplete or was changed: open it from the notice once more")
    expires = datetime.fromtimestamp(int(shape[2]), UTC)
    if expires <= at:
        until = expires.strftime("%Y-%m-%d %H:%M UTC")
        raise BadLink(f"this link ended on {until}: use the one in the latest notice, or write us")
    return AppealLink(int(shape[1]), _text(shape[3]), expires)


def _seconds(expires: datetime) -> int:
    if expires.utcoffset() is None:
        raise ValueError(f"{expires.isoformat()} has no time zone, so it is no instant")
    return (expires - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(seconds=1)


def _signature(said: str, secret: bytes) -> str:
    made = hmac.digest(secret, _PURPOSE + said.encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(made).decode().rstrip("=")


def _text(encoded: str) -> str:
    try:
        return base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError) as error:  # Signed, so we would have made it.
        raise AssertionError(f"a signed token that we cannot have made: {encoded}") from error
