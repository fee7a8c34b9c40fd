"""An instant: a date and time that says its time zone; and how it is written."""

from __future__ import annotations

from datetime import UTC, datetime


def require_instants(*instants: datetime | None) -> None:
    """Raise ValueError for one that has no time zone; None passes."""
    for instant in instants:
        if instant is not None and instant.utcoffset() is None:
            raise ValueError(f"{instant.isoformat()} has no time zone, so it is no instant")


def instant_text(at: datetime) -> str:
    """An instant as RFC 3339 writes it, in UTC and whole seconds: `2024-07-09T07:00:00Z`.

    Texts of this one form sort as their instants do; whoever reads a decision table relies on it.
    """
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
