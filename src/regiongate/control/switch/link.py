"""The signed link by which an organization reads its plan without a login.

A token says which organization, and until when. Whoever has the link may read this one plan; it
opens no appeal, and the link to an appeal opens no plan.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from regiongate.control.links.token import open_token, seal

_PURPOSE = b"regiongate switch plan link 1"


@dataclass(frozen=True, slots=True)
class PlanLink:
    """What a token says: the organization's id, and when the link ends."""

    organization: str
    expires: datetime


def plan_link(site: str, organization: str, secret: bytes, expires: datetime) -> str:
    """The link to the plan of one organization, below `site`; it works until `expires`.

    The same arguments make the same link. Fractions of a second of `expires` are left out.
    """
    return f"{site}/switch?token={seal(_PURPOSE, (), organization, expires, secret)}"


def read_plan_link(token: str, secret: bytes, at: datetime) -> PlanLink:
    """What a token says. Raises BadLink when it was not signed for a plan, or has ended."""
    found = open_token(_PURPOSE, token, secret, at)
    return PlanLink(found.organization, found.expires)
