"""A claim code: a provider's word that whoever shows it is affected by a case, and by no name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from regiongate.domain.case import Case, CaseState
from regiongate.domain.errors import CannotRun

NAME = re.compile(r"[a-z0-9][a-z0-9.-]{0,99}", re.ASCII)
"""What an issuer or an offer is called: it stands in codes and in commands."""

CODE_ID = re.compile(r"[0-9a-f]{32}", re.ASCII)
"""128 random bits: nobody guesses one, and it says nothing."""

DAYS = 30
"""For how many days a code can be claimed, unless somebody says otherwise."""

LONGEST_DAYS = 366

RECENT = timedelta(days=90)
"""For so long after its release an organization still gets a code for its case."""


@dataclass(frozen=True, slots=True)
class ClaimCode:
    """What a code says: who issued it, which one it is, its days (UTC), for which offer.

    It holds from the beginning of `issued` until `expires` begins. Days and not instants, because
    an instant tells one organization from another. `offer` is None where any will do.
    """

    issuer: str
    id: str
    issued: date
    expires: date
    offer: str | None

    def __post_init__(self) -> None:
        """What a code cannot say. Raises ValueError."""
        require_name(self.issuer, "issuer")
        if self.offer is not None:
            require_name(self.offer, "offer")
        if CODE_ID.fullmatch(self.id) is None:
            raise ValueError(f"{self.id!r} is no id of a claim code")
        if not timedelta(0) < self.expires - self.issued <= timedelta(days=LONGEST_DAYS):
            raise ValueError(f"a claim code holds for 1 to {LONGEST_DAYS} days")

    def holds(self, at: datetime) -> bool:
        """Whether it can be claimed at an instant."""
        return self.issued <= at.astimezone(UTC).date() < self.expires


def require_name(name: str, what: str) -> None:
    """Raise ValueError where an issuer or an offer cannot be called so."""
    if NAME.fullmatch(name) is None:
        rule = "small letters, digits, dots and hyphens, 100 at most"
        raise ValueError(f"{name!r} names no {what}: write {rule}")


def require_affected(case: Case, at: datetime) -> None:
    """Raise CannotRun where a case is over for so long that it proves nothing any more."""
    if case.state is CaseState.RELEASED and at - case.since > RECENT:
        when = case.since.date().isoformat()
        message = f"case {case.number} was released on {when}, over {RECENT.days} days ago"
        raise CannotRun(f"{message}: a claim code is for who is affected")
