"""Round numbers and round dates for axes."""

from __future__ import annotations

from datetime import date, timedelta

_DAYS = (1, 2, 7, 14)


def numbers(largest: float, most: int = 4) -> list[int]:
    """Whole numbers from 0 past `largest`, evenly apart by 1, 2 or 5 times a power of ten."""
    step, factors = 1, (2, 2.5, 2)
    turn = 0
    while step * most < largest:
        step = int(step * factors[turn % 3])
        turn += 1
    return list(range(0, step * (-int(-largest // step) or 1) + 1, step))


def dates(first: date, last: date, most: int = 9) -> list[date]:
    """Days from first to last, evenly apart: some days, mondays, or the firsts of months."""
    for step in _DAYS:
        if (last - first).days // step < most:
            # Whole weeks begin on a monday.
            start = first if step < 7 else first + timedelta(days=-first.weekday() % 7)
            return [start + timedelta(days=at) for at in range(0, (last - start).days + 1, step)]
    return _months(first, last, most)


def _months(first: date, last: date, most: int) -> list[date]:
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    step = next(
        (n for n in (1, 2, 3, 6, 12) if months <= n * most), 12 * (months // (12 * most) + 1)
    )
    found = []
    for at in range(first.year * 12 + first.month - 1, last.year * 12 + last.month):
        if at % step == 0 and date(at // 12, at % 12 + 1, 1) >= first:
            found.append(date(at // 12, at % 12 + 1, 1))
    return found


def day(when: date) -> str:
    """A day as text, the same in every locale: 9 Jul 2024."""
    return f"{when.day} {_MONTHS[when.month - 1]} {when.year}"


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
