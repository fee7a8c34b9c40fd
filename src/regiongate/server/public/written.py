"""How facts stand in a public page: in the reader's language, escaped, and in their own direction.

Words are those of the notices (`notify.speech`), so a date reads the same in both.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date
from markupsafe import Markup

from regiongate.notify import speech
from regiongate.notify.form import HtmlForm
from regiongate.notify.language import Language

_FORM = HtmlForm()
_ASCII_DIGITS = "0123456789"


class Written:
    """The facts of one page. `zone` is the time zone in which the measure was announced."""

    def __init__(self, language: Language, zone: str) -> None:
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

    def region(self, code: str) -> Markup:
        """A region by name and code; by its code alone where CLDR has no name for it."""
        try:
            name = speech.region(self._language, code)
        except ValueError:
            return self.code(code)
        return Markup("{} {}").format(self.name(name), self.code(f"({code})"))

    def code(self, text: str) -> Markup:
        """What is read from left to right in every language: an address, a network, an id."""
        return Markup(_FORM.code(text))  # noqa: S704 - it escapes

    def name(self, text: str) -> Markup:
        """What may be of either direction: the name of an organization."""
        return Markup(_FORM.name(text))  # noqa: S704 - it escapes

    def listed(self, texts: list[Markup]) -> Markup:
        """Several facts in a row."""
        return Markup(_FORM.join(self._language.comma, texts))  # noqa: S704 - it escapes

    def _time(self, at: datetime, words: str) -> Markup:
        exact = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        zone = self.code(f"({speech.zone_words(at, self._zone)})")
        return Markup('<time datetime="{}">{}</time> {}').format(exact, words, zone)
