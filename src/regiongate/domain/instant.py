"""An instant: a date and time that says its time zone."""

from __future__ import annotations

from datetime import datetime


def require_instants(*instants: datetime | None) -> None:
    """Raise ValueError for one that has no time zone; None passes."""
    for instant in instants:
        if instant is not None and instant.utcoffset() is None:
            raise ValueError(f"{instant.isoformat()} has no time zone, so it is no instant")
