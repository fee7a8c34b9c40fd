"""On what terms something is granted: why, by whose word, until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from regiongate.domain.errors import CannotRun
from regiongate.domain.line import is_line


@dataclass(frozen=True, slots=True)
class Terms:
    """Reason, approver's name, end (UTC; None: it was said that there is none).

    `appeal` is the id of the appeal that is granted by it. With `replaces` it takes the place of
    one that is in force for the same thing; without, that one is a reason to refuse.
    """

    reason: str
    approver: str
    until: datetime | None
    appeal: str | None = None
    replaces: bool = False


def require_terms(terms: Terms, at: datetime) -> None:
    """Raise CannotRun for terms that nobody could keep to."""
    require_reason(terms.reason)
    if terms.until is None:
        return
    if terms.until <= at:
        raise CannotRun(
            f"{terms.until.isoformat()} is not after {at.isoformat()}: it would be over"
        )
    if terms.until.microsecond:
        raise CannotRun(f"{terms.until.isoformat()} is no whole second: leave out the fraction")


def require_reason(reason: str) -> None:
    """Raise CannotRun where no reason is said, or one that is no line."""
    if not is_line(reason):
        raise CannotRun("a decision needs a reason: write one line of text")
