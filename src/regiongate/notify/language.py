"""The languages that messages are written in, and which one a contact gets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from babel import Locale


@dataclass(frozen=True, slots=True, eq=False)
class Language:
    """A language with its locale data (CLDR), and the marks that it is written with.

    `comma` parts what is listed, `before_time` a date from its time. `digits` are its digits from
    zero to nine. `calendar` follows a date where readers would else take it for one of another
    calendar.
    """

    code: str
    locale: Locale
    digits: str = "0123456789"
    comma: str = ", "
    colon: str = ": "
    before_time: str = ", "
    calendar: str = ""

    @property
    def direction(self) -> str:
        """`ltr` or `rtl`."""
        return self.locale.text_direction


ENGLISH = Language("en", Locale("en"))

LANGUAGES: Mapping[str, Language] = MappingProxyType(
    {
        "en": ENGLISH,
        "zh": Language(
            "zh",
            Locale("zh", "CN", script="Hans"),
            comma="、",
            colon="：",  # noqa: RUF001 - Chinese has a wide one
            before_time=" ",
        ),
        "ru": Language("ru", Locale("ru")),
        "fa": Language(
            "fa",
            Locale("fa"),
            digits="۰۱۲۳۴۵۶۷۸۹",
            comma="، ",
            before_time="، ",
            calendar=" میلادی",
        ),
        "es": Language("es", Locale("es")),
    }
)


@dataclass(frozen=True, slots=True)
class Choice:
    """The language of a message, and the one that was asked for (BCP 47)."""

    language: Language
    asked: str

    @property
    def is_fallback(self) -> bool:
        """Whether the contact asked for a language that there are no messages in."""
        return primary(self.asked) != self.language.code


def primary(tag: str) -> str:
    """The language of a tag without script and region: `zh` of `zh-Hant-TW` (RFC 5646, 2.2.1)."""
    return tag.replace("_", "-").partition("-")[0].lower()


def choose(asked: str) -> Choice:
    """The language that a contact asked for, or English where there is none such."""
    return Choice(LANGUAGES.get(primary(asked), ENGLISH), asked)
