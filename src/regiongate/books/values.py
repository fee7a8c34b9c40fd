"""Single values as they stand in a book: each is what it must be, or raises Wrong."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from regiongate.books.codes import countries, is_language_tag
from regiongate.books.wrong import Wrong, shown
from regiongate.domain.contact import MAIL_ADDRESS
from regiongate.domain.line import is_line
from regiongate.domain.organization import ID_PATTERN
from regiongate.domain.profile import FINEST_SHARE, KEY_PREFIX, FactKind

_ID = re.compile(ID_PATTERN)
_DIGEST = re.compile("[0-9a-f]{64}")
_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MISTAKEN = {"UK": "GB", "EL": "GR"}
_LONGEST = 500
_MANY = 10_000

NO_EVIDENCE = frozenset({"nationality", "citizenship", "language", "name", "birth", "ethnicity"})
"""What people take for a fact and is none: it does not say where an API is used."""


def identity(text: str) -> str:
    """The id of an organization or of an owner."""
    if _ID.fullmatch(text) is None:
        remedy = "use 1 to 256 printable ASCII characters without space and comma"
        raise Wrong("bad-id", f"`{shown(text)}` is not an id", remedy)
    return text


def line(text: str) -> str:
    """A name, a plan, a source: one line of text."""
    if not is_line(text) or len(text) > _LONGEST:
        remedy = f"write one line of 1 to {_LONGEST} characters"
        raise Wrong("bad-text", f"`{shown(text)}` is not a line of text", remedy)
    return text


def address(text: str) -> str:
    """A mail address."""
    if MAIL_ADDRESS.fullmatch(text) is None:
        remedy = "write somebody@example.com, the domain in ASCII (xn--…)"
        raise Wrong("bad-address", f"`{shown(text)}` is not a mail address", remedy)
    return text


def language(text: str) -> str:
    """The tag of a language (BCP 47)."""
    if not is_language_tag(text):
        remedy = "write a tag of BCP 47 such as en, zh-CN or pt-BR"
        raise Wrong("bad-language", f"`{shown(text)}` is not a language", remedy)
    return text


def digest(text: str) -> bytes:
    """The SHA-256 digest of a key."""
    if _DIGEST.fullmatch(text) is None:
        # The text is not shown: somebody may have put the key itself here.
        remedy = "write 64 lower-case hexadecimal digits; never write the key itself"
        raise Wrong("bad-key-digest", "This is no SHA-256 digest of a key", remedy)
    return bytes.fromhex(text)


def prefix(text: str) -> str:
    """The public beginning of a key."""
    if KEY_PREFIX.fullmatch(text) is None:
        # Nor is this one shown.
        remedy = "write its first 16 characters at most, without space and comma"
        raise Wrong("bad-key-prefix", "This is no public beginning of a key", remedy)
    return text


@lru_cache(_MANY)
def country(text: str) -> str:
    """A code of ISO 3166-1."""
    if text not in countries():
        upper = _MISTAKEN.get(text.upper(), text.upper())
        near = upper if upper in countries() else "a code of ISO 3166-1 such as FR"
        raise Wrong("bad-country", f"`{shown(text)}` is not a country", f"write {near}")
    return text


@lru_cache(_MANY)
def day(text: str) -> date:
    """A day."""
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise Wrong("bad-date", f"`{shown(text)}` is not a day", "write 2024-07-09")


def kind(text: str) -> FactKind:
    """What a fact speaks of."""
    if text in NO_EVIDENCE:
        message = f"`{text}` is no evidence of where an API is used"
        raise Wrong("not-evidence", message, f"leave it out; facts are {', '.join(FactKind)}")
    try:
        return FactKind(text)
    except ValueError:
        message = f"`{shown(text)}` is not a kind of fact"
        raise Wrong("bad-kind", message, f"write {', '.join(FactKind)}") from None


def share(number: int | Decimal) -> Fraction:
    """A part of a whole, over 0 and up to 1."""
    if not 0 < number <= 1 or (Decimal(number) * FINEST_SHARE) % 1:
        remedy = "write a number over 0 and up to 1, with nine decimals at most, such as 0.35"
        raise Wrong("bad-share", f"{shown(str(number))} is not a share", remedy)
    return Fraction(number)
