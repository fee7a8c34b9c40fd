"""Numbers, instants and regions as the page says them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from regiongate.picture.ticks import day
from regiongate.policyfile.iso import name_of


def counted(count: int, one: str, many: str | None = None) -> str:
    """A number with its noun: 1 organization, 2,000 organizations."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def percent(part: int, whole: int) -> str:
    """A share; what is not nothing never reads as nothing, and what is not all never as all."""
    if not part or not whole:
        return "0 %"
    share = 100 * part / whole
    if share < 0.01:
        return "under 0.01 %"
    if part < whole and share > 99.99:
        return "over 99.99 %"
    return f"{share:.3g} %"


def instant(at: datetime | None, time_zone: str = "UTC") -> str:
    """An instant in UTC, and in the time zone in which the measure was announced."""
    if at is None:
        return "at no known time"
    said = _clock(at.astimezone(UTC), "UTC")
    if time_zone == "UTC":
        return said
    return f"{_clock(at.astimezone(ZoneInfo(time_zone)), time_zone)} ({said})"


def span(first: datetime | None, last: datetime | None) -> str:
    """From one day to another, in UTC."""
    return " to ".join(ends(first, last)) or "at times that the log does not say"


def ends(first: datetime | None, last: datetime | None) -> tuple[str, ...]:
    """The first and the last day, in UTC: one when they are the same, none when not known."""
    days = (day(at.astimezone(UTC).date()) for at in (first, last) if at is not None)
    return tuple(dict.fromkeys(days))


def announced(at: datetime, time_zone: str) -> date:
    """The day on which a phase begins, in the time zone in which the measure was announced."""
    return at.astimezone(ZoneInfo(time_zone)).date()


def region(code: str | None) -> str:
    """A region by its name and code."""
    if code is None:
        return "no region"
    name = name_of(code)
    return code if name is None else f"{name} ({code})"


def _clock(at: datetime, zone: str) -> str:
    return f"{day(at.date())}, {at:%H:%M} {zone}"
