"""How facts stand in a public page: in the reader's language, escaped, and in their own direction.

Words are those of the notices (`notify.speech`), so a date reads the same in both.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import UTC, date, datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

from babel.dates import format_date
from markupsafe import Markup

from regiongate.notify import speech
from regiongate.notify.form import HtmlForm
from regiongate.notify.language import Language

_FORM = HtmlForm()
_ASCII_DIGITS = "0123456789"


class Written:
    """The facts of one page. `zone` is the time zone in which the measure was announced.

    `comma` parts what is listed, `colon` a name from what it names.
    """

    def __init__(self, language: Language, zone: str) -> None:
        self.comma, self.colon = language.comma, language.colon
        self._language = language
        self._zone = zone

    def instant(self, at: datetime) -> Markup:
        """An instant within a sentence: day, time, time zone."""
        return self._time(at, speech.moment(self._language, at, self._zone))

    def full(self, at: datetime) -> Markup:
        """An instant by itself: with its weekday."""
        local = at.astimezone(ZoneInfo(self._zone))
        language = self._language
        on = format_date(local.date(), "full", locale=language.locale)
        words = f"{on}{language.calendar}{language.before_time}{local:%H:%M}"
        return self._time(at, words.translate(str.maketrans(_ASCII_DIGITS, language.digits)))

    def day(self, on: date) -> str:
        """A day of the calendar."""
        return speech.day(self._language, on)

    def number(self, count: int) -> str:
        """A whole number."""
        return speech.number(self._language, count)

    def percent(self, share: Fraction) -> str:
        """A share."""
        return speech.percent(self._language, share)

    def days_until(self, now: datetime, then: datetime) -> str | None:
        """How many days are left ("in 7 days"), None when it is the day or past it."""
        return speech.days_until(self._language, now, then, self._zone)

    def region(self, code: str) -> Markup:
        """A region by name and code; by its code alone where CLDR has no name for it."""
        name = self._region(code)
        if name is None:
            return self.code(code)
        return Markup("{} {}").format(self.name(name), self.code(f"({code})"))

    def plain_region(self, code: str) -> str:
        """The same where no element can stand: in an option."""
        name = self._region(code)
        return code if name is None else f"{name} ({code})"

    def code(self, text: str) -> Markup:
        """What is read from left to right in every language: an address, a network, an id."""
        return Markup(_FORM.code(text))  # noqa: S704 - it escapes

    def name(self, text: str) -> Markup:
        """What may be of either direction: the name of an organization."""
        return Markup(_FORM.name(text))  # noqa: S704 - it escapes

    def contact(self, link: str) -> Markup:
        """Where to ask, to be opened: `mailto:…` or `https://…`."""
        return Markup(_FORM.contact(link))  # noqa: S704 - it escapes

    def _region(self, code: str) -> str | None:
        try:
            return speech.region(self._language, code)
        except ValueError:
            return None

    def _time(self, at: datetime, words: str) -> Markup:
        exact = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        zone = self.code(f"({speech.zone_words(at, self._zone)})")
        return Markup('<time datetime="{}">{}</time> {}').format(exact, words, zone)


def named(language: Language, codes: Iterable[str]) -> list[str]:
    """Regions in the order of their names; of their codes in Chinese, which has no alphabet."""
    if language.code == "zh":
        return sorted(codes)
    return sorted(codes, key=lambda code: _sort_key(language, code))


def _sort_key(language: Language, code: str) -> tuple[str, str]:
    name = language.locale.territories.get(code, code)
    plain = unicodedata.normalize("NFKD", name)
    return "".join(c for c in plain if not unicodedata.combining(c)).casefold(), code
