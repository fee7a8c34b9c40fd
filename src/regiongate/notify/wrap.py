"""Wrapping text to a width, in languages with spaces and in those without (UAX 14, the part)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

WIDTH = 72
"""Columns that a line of plain text may have, so that it survives being quoted (RFC 3676, 4.2)."""

_NOT_FIRST = set("，。、；：！？）》」』”’…,.;:!?)")  # noqa: RUF001 - the marks themselves
_NOT_LAST = set("（《「『“‘(")  # noqa: RUF001 - the marks themselves
_OPENING, _CLOSING = "\u2066\u2067\u2068", "\u2069"
_SPACES = re.compile(r"[ \n\t]+")


_OF_ONE_COLUMN = re.compile(
    "[\x00-\xac\xae-\u02ff\u0370-\u0482\u048a-\u058f\u2010-\u2027\u20a0-\u20bf\u2100-\u214f]*"
)
"""Latin, Greek, Cyrillic and Armenian with their marks: no character in it is wide, or of none."""


def columns(text: str) -> int:
    """How many columns a text takes: wide characters take two, marks and formats none (UAX 11)."""
    return len(text) if text.isascii() else sum(map(_COLUMNS.__getitem__, text))


class _Columns(dict[str, int]):
    """How many columns each character takes that was asked about."""

    def __missing__(self, character: str) -> int:
        of_none = unicodedata.category(character) in ("Mn", "Me", "Cf")
        self[character] = found = 0 if of_none else 2 if _is_wide(character) else 1
        return found


_COLUMNS = _Columns()


def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in ("W", "F")


def one_line(text: str) -> str:
    """A text without line breaks, with one space wherever there were several."""
    flat = "\n" not in text and "\t" not in text and "  " not in text
    return (text if flat else _SPACES.sub(" ", text)).strip(" ")


def wrap(text: str, hang: int = 0) -> str:
    """A text in lines of at most WIDTH columns; lines after the first are indented by `hang`.

    A word that is wider than a line keeps a line to itself: addresses and links are never cut.
    """
    flat = one_line(text)
    if _OF_ONE_COLUMN.fullmatch(flat):
        return _wrap_at_spaces(flat, hang)
    if columns(flat) <= WIDTH:
        return flat
    lines, width = [""], 0
    for space, piece, wide in _pieces(flat):
        if width and width + len(space) + wide > WIDTH:
            lines.append(" " * hang + piece)
            width = hang + wide
        else:
            lines[-1] += space + piece
            width += len(space) + wide
    return "\n".join(lines)


def _wrap_at_spaces(flat: str, hang: int) -> str:
    """The same where each character takes a column, so lines can be broken at spaces only."""
    lines: list[str] = []
    begin, room = 0, WIDTH
    while len(flat) - begin > room:
        end = flat.rfind(" ", begin, begin + room + 1)
        end = flat.find(" ", begin) if end < 0 else end
        if end < 0:
            break
        lines.append(flat[begin:end])
        begin, room = end + 1, WIDTH - hang
    return ("\n" + " " * hang).join([*lines, flat[begin:]])


def _pieces(text: str) -> Iterator[tuple[str, str, int]]:
    """What a line may not be broken within, the space that stands before it, and its columns."""
    space = ""
    for word in _words(text):
        for piece, wide in _within(word):
            yield space, piece, wide
            space = ""
        space = " "


def _words(text: str) -> list[str]:
    """What spaces part, where an isolate (UAX 9) ends with its line: it is kept in one."""
    if _CLOSING not in text:
        return text.split(" ")
    words: list[str] = []
    depth = 0
    for word in text.split(" "):
        if depth > 0:
            words[-1] += f" {word}"
        else:
            words.append(word)
        depth += sum((c in _OPENING) - (c in _CLOSING) for c in word)
    return words


@lru_cache(maxsize=10_000)
def _within(word: str) -> tuple[tuple[str, int], ...]:
    """A word cut beside wide characters, except before a closing and after an opening mark.

    Each piece comes with its columns.
    """
    if word.isascii() or word[0] in _OPENING:
        return ((word, columns(word)),)
    pieces = [word[:1]]
    for before, here in pairwise(word):
        cut = _COLUMNS[before] == 2 or _COLUMNS[here] == 2
        if cut and here not in _NOT_FIRST and before not in _NOT_LAST:
            pieces.append(here)
        else:
            pieces[-1] += here
    return tuple((piece, columns(piece)) for piece in pieces)


def underline(text: str) -> str:
    """Dashes as wide as a text."""
    return "-" * columns(text)
