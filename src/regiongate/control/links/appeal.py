"""The signed link by which an organization appeals without a login.

A token says which case of which organization, and until when. Whoever has the link may speak for
the organization in this one case, and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from regiongate.control.links.token import BadLink, open_token, seal
from regiongate.domain.case import Case

__all__ = ["AppealLink", "BadLink", "appeal_link", "read_link"]

_PURPOSE = b"regiongate appeal link 1"


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


def appeal_link(site: str, organization: str, case: int, secret: bytes, expires: datetime) -> str:
    """The link to the appeal of one case, below `site`; it works until `expires`.

    The same arguments make the same link. Fractions of a second of `expires` are left out.
    """
    return f"{site}/appeal?token={seal(_PURPOSE, (case,), organization, expires, secret)}"


def read_link(token: str, secret: bytes, at: datetime) -> AppealLink:
    """What a token says. Raises BadLink when it was not signed with the secret, or has ended."""
    found = open_token(_PURPOSE, token, secret, at)
    [case] = found.numbers
    return AppealLink(case, found.organization, found.expires)
