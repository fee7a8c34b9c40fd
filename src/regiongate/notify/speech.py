"""Instants, numbers and regions as one language writes them (CLDR, by Babel)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from fractions import Fraction
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_timedelta
from babel.numbers import format_decimal, format_percent

from regiongate.domain.region import country_of, is_subdivision
from regiongate.notify.language import Language

_ASCII_DIGITS = "0123456789"

_remembered = lru_cache(maxsize=10_000)
"""Thousands of letters name the same dates, regions and small numbers; writing one takes long."""

_PARTS: Mapping[str, Mapping[str, str]] = {
    # CLDR, as Babel carries it, has no names for parts of countries. These are the ones that
    # lists leave out; any other part is told by its country's name and its own code.
    "UA-43": {"en": "Crimea", "zh": "克里米亚", "ru": "Крым", "fa": "کریمه", "es": "Crimea"},
    "UA-40": {
        "en": "Sevastopol",
        "zh": "塞瓦斯托波尔",
        "ru": "Севастополь",
        "fa": "سواستوپول",
        "es": "Sebastopol",
    },
    "UA-14": {"en": "Donetsk", "zh": "顿涅茨克", "ru": "Донецк", "fa": "دونتسک", "es": "Donetsk"},
    "UA-09": {"en": "Luhansk", "zh": "卢甘斯克", "ru": "Луганск", "fa": "لوهانسک", "es": "Lugansk"},
}


@_remembered
def moment(language: Language, at: datetime, zone: str) -> str:
    """The date and the time of an instant in a time zone, which `zone_words` names."""
    local = at.astimezone(ZoneInfo(zone))
    clock = _digits(language, f"{local:%H:%M}")
    return f"{day(language, local.date())}{language.before_time}{clock}"


@_remembered
def zone_words(at: datetime, zone: str) -> str:
    """A time zone by name and as the offset that it has at an instant, in every language."""
    written = f"{at.astimezone(ZoneInfo(zone)):%z}"
    return f"{zone}, UTC{written[:3]}:{written[3:5]}"


def local_day(language: Language, at: datetime, zone: str) -> str:
    """The date that an instant falls on in a time zone."""
    return day(language, at.astimezone(ZoneInfo(zone)).date())


@_remembered
def day(language: Language, on: date) -> str:
    """A date: "July 9, 2024"."""
    written = format_date(on, "long", locale=language.locale)
    return _digits(language, written) + language.calendar


@_remembered
def days_until(language: Language, now: datetime, then: datetime, zone: str) -> str | None:
    """How many days of the calendar are left ("in 7 days"), None when it is the day or past it."""
    place = ZoneInfo(zone)
    left = then.astimezone(place).date() - now.astimezone(place).date()
    if left < timedelta(days=1):
        return None
    # The threshold keeps Babel from rounding days to weeks or months.
    words = format_timedelta(
        left, granularity="day", threshold=10**6, add_direction=True, locale=language.locale
    )
    return _digits(language, words)


@_remembered
def number(language: Language, count: int) -> str:
    """A whole number."""
    written = format_decimal(count, locale=language.locale, numbering_system="default")
    return _digits(language, written)


@_remembered
def percent(language: Language, share: Fraction) -> str:
    """A share with one decimal, or with as many as the first digit that is not zero needs."""
    decimals = 1
    while 0 < share * 100 * 10**decimals < 1:
        decimals += 1
    pattern = f"#,##0.{'0' * decimals}%"
    written = format_percent(
        round(share, decimals + 2).__float__(),
        format=pattern,
        locale=language.locale,
        numbering_system="default",
    )
    return _digits(language, written)


@_remembered
def region(language: Language, code: str) -> str:
    """A region by name; ValueError for a code that ISO 3166 does not know."""
    country: str | None = language.locale.territories.get(country_of(code))
    if country is None:
        raise ValueError(f"{code} is no region that has a name")
    if not is_subdivision(code) or code not in _PARTS:
        return country
    return f"{country}: {_PARTS[code][language.code]}"


def _digits(language: Language, text: str) -> str:
    return text.translate(str.maketrans(_ASCII_DIGITS, language.digits))
