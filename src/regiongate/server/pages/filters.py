"""How pages write instants, numbers and shares."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from markupsafe import Markup

NOTHING = "\u2013"
"""What stands where there is no value: a dash."""

_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def instant(at: datetime | None) -> Markup | str:
    """An instant in UTC to the minute, as an element that says it to the second."""
    if at is None:
        return NOTHING
    exact = at.astimezone(UTC)
    return Markup('<time datetime="{}">{}</time>').format(
        exact.strftime("%Y-%m-%dT%H:%M:%SZ"), exact.strftime("%Y-%m-%d %H:%M UTC")
    )


def day(on: date | None) -> str:
    """A day."""
    return NOTHING if on is None else on.strftime("%Y-%m-%d")


def number(value: int | None) -> str:
    """A number with its thousands parted by a thin space (ISO 80000-1, 7.3.1)."""
    return NOTHING if value is None else f"{value:,}".replace(",", "\u202f")


def share(part: int, whole: int) -> str:
    """A part of a whole in percent; what is some is never shown as none."""
    if not whole:
        return NOTHING
    percent = 100 * part / whole
    if 0 < percent < 0.1:
        return "< 0.1 %"
    return f"{percent:.1f} %" if percent < 10 else f"{percent:.0f} %"


def span(length: timedelta) -> str:
    """How long something is, in its largest whole unit."""
    seconds = abs(int(length.total_seconds()))
    for unit, name in ((_DAY, "day"), (_HOUR, "hour"), (_MINUTE, "minute")):
        if seconds >= unit:
            count = seconds // unit
            return f"{count} {name}{'' if count == 1 else 's'}"
    return "less than a minute"


FILTERS: Mapping[str, Callable[..., Any]] = {
    "instant": instant,
    "day": day,
    "number": number,
    "share": share,
    "span": span,
}
